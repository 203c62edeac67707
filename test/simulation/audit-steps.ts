import type { Task } from "../../src/core/definition/index.ts";
import type { Json } from "../../src/core/json.ts";
import type { Event, Inheritance } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { type Book, bare, isUndo, openBook, parentOf } from "./book.ts";
import { before, stepsByPath } from "./order.ts";
import type { Shell } from "./shell.ts";
import { PEOPLE } from "./taste.ts";
import type { World } from "./world.ts";

/** What became of each step, read off the log without the machine: order, limits, doubt, grants, undo. */
export function auditSteps(world: World, shell: Shell, audited: Audited): void {
  const events = shell.stored(audited.run);
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? world.definitions.get(first.definition) : undefined;
  if (workflow === undefined) return;
  const book = openBook(workflow, stepsByPath(workflow));
  for (const event of events) {
    look(book, event, (promise, what) => audited.tell(promise, `at ${event.seq}: ${what}`));
    if (event.type === "run.forked") inherit(book, shell.read(event.state));
    book.note(event);
    if (event.type !== "run.moved") continue;
    const moved = world.definitions.get(event.definition);
    if (moved !== undefined) book.move(moved, stepsByPath(moved));
  }
  auditEnd(book, audited);
}

/** What had ended or begun in a fork's source has so in the fork. */
function inherit(book: Book, state: Json): void {
  for (const { path, state: is } of (state as unknown as Inheritance).steps) {
    if (path === "") continue;
    book.started.add(path);
    if (is === "live" || is === "doubt") continue;
    book.ended.set(path, is);
    book.inherited.add(path);
  }
}

type Tell = (promise: string, what: string) => void;

/** Asked before the event is noted. */
function look(book: Book, event: Event, tell: Tell): void {
  if (
    book.isFinished &&
    event.type !== "report.told" &&
    event.type !== "attempt.settled" &&
    event.type !== "run.attached" &&
    event.type !== "run.undoing"
  ) {
    tell("ends", `${event.type} after the run had ended`);
  }
  switch (event.type) {
    case "step.started":
    case "step.skipped":
      lookAtStart(book, event, tell);
      return;
    case "attempt.started":
      lookAtAttempt(book, event, tell);
      return;
    case "attempt.repeated":
    case "attempt.begun":
      lookAtHand(book, book.open.get(event.key)?.path ?? "", tell);
      if (event.type === "attempt.repeated") return;
      if (book.isPaused) tell("pause", `an ask under ${event.key} begins while the run is paused`);
      return;
    case "attempt.ended":
      if (!book.open.has(event.key))
        tell("M2", `attempt ${event.key} of ${event.path} ends, and is not open`);
      if (event.doubt && book.open.get(event.key)?.opening.child !== undefined)
        tell("child", `${event.path} is in doubt about its sub-run, whose end is certain`);
      return;
    case "step.finished":
      lookAtFinish(book, event, tell);
      return;
    case "gate.voted":
      lookAtVote(book, event, tell);
      return;
    case "timer.ended": {
      const due = book.timers.get(event.key);
      if (due !== undefined && event.at < due && !PEOPLE.includes(event.by))
        tell("timers", `timer ${event.key} ended ${due - event.at} ms before it was due`);
      return;
    }
    default:
      return;
  }
}

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function lookAtStart(book: Book, event: Of<"step.started"> | Of<"step.skipped">, tell: Tell): void {
  const { path } = event;
  if (book.started.has(path)) tell("once", `${path} begins a second time`);
  if (book.isPaused) tell("pause", `${path} begins while the run is paused`);
  if (isUndo(path)) return;
  if (book.isStopping) tell("stop", `${path} begins while the run is stopping`);
  if (event.type === "step.started" && book.skipping.has(path))
    tell("skip", `${path} begins, and was to be left out`);
  const step = book.steps.get(bare(path));
  if (step === undefined) return tell("order", `${path} is no step of the definition`);
  lookAtOrder(book, path, tell);
  if (event.type === "step.started" && event.attempt !== undefined)
    lookAtOpening(book, event, tell);
}

/**
 * A step begins after all that stand before it. Whoever began in this run began so, and has nothing open
 * before it; but a fork may have taken over as ended what stands behind a step that is done again. What
 * came into the definition only afterwards waits for those that it names, and nobody else waits for it.
 */
function lookAtOrder(book: Book, path: string, tell: Tell): void {
  const isOld = !book.added.has(bare(path));
  const all = before(book.steps, path, (one) => isOld && book.inherited.has(one));
  for (const { path: other, isDirect } of all) {
    if (!isDirect && book.added.has(bare(other))) continue;
    const outcome = book.ended.get(other);
    if (outcome === undefined) tell("order", `${path} begins before ${other} has ended`);
    else if (outcome === "failed" || outcome === "cancelled")
      tell("order", `${path} begins after ${other} has ${outcome}`);
  }
}

function lookAtAttempt(book: Book, event: Of<"attempt.started">, tell: Tell): void {
  const { path } = event;
  if (book.isPaused) tell("pause", `${path} is attempted while the run is paused`);
  if (book.isStopping && !isUndo(path))
    tell("stop", `${path} is attempted while the run is stopping`);
  if (!book.started.has(path) || book.ended.has(path))
    tell("once", `${path} is attempted and is not live`);
  const last = book.calls.get(path);
  if (book.doubts.has(path) && event.call !== last)
    tell(
      "M3",
      `${path} is in doubt and is attempted under another call: ${event.call ?? event.seq} after ${last ?? "none"}`,
    );
  lookAtOpening(book, event, tell);
  lookAtHand(book, path, tell);
  const step = book.steps.get(bare(path));
  if (step?.kind !== "task" && step?.kind !== "workflow") return;
  const tries = event.fallback === undefined ? (book.tries.get(path) ?? 0) + 1 : 1;
  const now = book.limits.attempts ?? step.retry.attemptsMost;
  const most = Math.max(now, book.letIn.get(path) ?? 0);
  if (tries > Math.max(1, most)) tell("M7", `${path} is tried ${tries} times; ${most} are allowed`);
}

/** What a person has in hand its agent does not do. */
function lookAtHand(book: Book, path: string, tell: Tell): void {
  if (book.held.has(path)) tell("held", `${path} is attempted while a person has it in hand`);
}

/** Limits and grants, for whatever opens an attempt. */
function lookAtOpening(
  book: Book,
  event: Of<"step.started"> | Of<"attempt.started">,
  tell: Tell,
): void {
  const { path } = event;
  if (isUndo(path)) return;
  for (
    let above: string | null = parentOf(path);
    above !== null;
    above = above === "" ? null : parentOf(above)
  ) {
    const step = above === "" ? null : book.steps.get(bare(above));
    const most =
      above === ""
        ? book.limits.most
        : step?.kind === "block" || step?.kind === "each"
          ? step.concurrencyMost
          : null;
    const within = above === "" ? "the run" : above;
    if (most !== null && book.flightsBelow(above) + 1 > most)
      tell("limits", `${path} is one too many in ${within}, where ${most} may be in flight`);
  }
  const step = book.steps.get(bare(path));
  if (step?.kind === "task" && step.approve !== null) lookAtGrant(book, { path, step }, tell);
}

function lookAtGrant(book: Book, { path, step }: { path: string; step: Task }, tell: Tell): void {
  const grant = book.grants.get(path);
  const { approve } = step;
  if (approve === null) return;
  if (grant === undefined) return tell("M8", `${path} is attempted without its approval`);
  if (grant.isChain) return;
  if (new Set(grant.voters).size < approve.need)
    tell(
      "M8",
      `${path} was approved by ${grant.voters.join(", ") || "nobody"}; it needs ${approve.need}`,
    );
}

function lookAtVote(book: Book, event: Of<"gate.voted">, tell: Tell): void {
  const gate = book.gates.get(event.key);
  if (gate === undefined)
    return tell("M8", `${event.voter} votes at ${event.key}, where no gate is open`);
  if (gate.isChain) return;
  if (gate.digest !== event.digest)
    tell("M8", `${event.voter} voted for another action than ${gate.path} asks`);
  if (gate.from.length > 0 && !gate.from.includes(event.voter))
    tell("M8", `${event.voter} votes at ${gate.path} and may not`);
  if (gate.voters.includes(event.voter))
    tell("M8", `${event.voter} votes at ${gate.path} a second time`);
}

function lookAtFinish(book: Book, event: Of<"step.finished">, tell: Tell): void {
  const { path, outcome, closes } = event;
  if (!book.started.has(path)) tell("once", `${path} ends and never began`);
  if (book.ended.has(path)) tell("once", `${path} ends a second time`);
  if (closes !== undefined && !book.open.has(closes))
    tell("M2", `${path} closes attempt ${closes}, which is not open`);
  if (closes === undefined && book.openAt(path) !== null)
    tell("once", `${path} ends with attempt ${book.openAt(path) ?? 0} in flight`);
  const isByPerson = book.mended.has(path) || PEOPLE.includes(event.by);
  if (outcome !== "completed" && book.doubts.has(path) && !isByPerson) {
    tell("M9", `${path} is in doubt and ends as ${outcome}, and no person said so`);
  }
  const live = book.liveBelow(path);
  if (live.length > 0) tell("once", `${path} ends while ${live.join(", ")} live`);
  lookAtOutput(book, event, tell);
  const due = book.waits.get(path);
  const isEarly = due !== undefined && event.at < due && !PEOPLE.includes(event.by);
  if (outcome === "completed" && isEarly)
    tell("timers", `${path} ended ${due - event.at} ms before it was due`);
}

/** M13, asked again in the plainest way. */
function lookAtOutput(book: Book, event: Of<"step.finished">, tell: Tell): void {
  const { path, output, outcome } = event;
  const step = isUndo(path) ? undefined : book.steps.get(bare(path));
  if (outcome !== "completed" || step === undefined || !("outputs" in step)) return;
  const given = output === undefined ? {} : "value" in output ? output.value : null;
  if (given === null) return;
  for (const [name, type] of Object.entries(step.outputs.fields)) {
    const value = (given as Record<string, unknown>)[name];
    const is = Array.isArray(value) ? "number[]" : typeof value;
    if (is !== type.text)
      tell("M13", `${path} gave ${JSON.stringify(value)} as its ${name}, which is a ${type.text}`);
  }
}

function auditEnd(book: Book, { tell }: Audited): void {
  if (!book.isFinished) return;
  for (const path of book.started) if (!book.ended.has(path)) tell("once", `${path} never ended`);
  if (book.open.size > 0) tell("once", `attempts ${[...book.open.keys()].join(", ")} never ended`);
  if (book.outcome === "rolled back" && book.undoable.length > 0)
    tell(
      "undo",
      `ended as rolled back, and ${book.undoable.map((one) => one.path).join(", ")} were not undone`,
    );
  for (const complaint of book.complaints) tell("undo", complaint);
}
