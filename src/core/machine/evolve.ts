import type { Digest } from "../id.ts";
import { changeAttempt, changeLeaf, foldEnded, foldOpened } from "./attempts/attempt.ts";
import { putFrame, seat } from "./attempts/places.ts";
import { holdAgain, NEW_LEDGER } from "./budget/ledger.ts";
import { foldOfBudget, foldSettled } from "./budget/of-budget.ts";
import { foldForked } from "./control/inherit.ts";
import type { Inheritance } from "./control/inheritance.ts";
import { foldMoved } from "./control/moved.ts";
import { foldStall, stallOf } from "./control/stall.ts";
import type { Event } from "./event.ts";
import { dropGrants, withoutDeadline } from "./people/of-gates.ts";
import { foldOfPeople } from "./people/of-people.ts";
import { type Fold, limiterOf, type Open, type Run, subscriptionOf } from "./run.ts";
import type { Read } from "./scope.ts";
import { blockFrame } from "./steps/born.ts";
import { foldFinished, foldSkipped, foldStarted } from "./steps/step.ts";
import { workOf } from "./steps/work.ts";
import { emptyTable, entries, get, remove, set } from "./tables/table.ts";
import { foldOfUses, isOfUses } from "./uses/of-uses.ts";
import { labelled } from "./uses/run-labels.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/**
 * What is true after an event. Total over every log this machine has written: it never refuses,
 * because what enters the log was checked before (M13), and it reads nothing but the event, the run
 * and the definition it is pinned to (M4, M5).
 */
export function evolve(run: Run, event: Event): Run {
  return evolved(run, event, unread);
}

/** The same for a log that may be a fork's: what it inherits is a content that its log names. */
export function evolving(read: Read): typeof evolve {
  return (run, event) => evolved(run, event, read);
}

function evolved(run: Run, event: Event, read: Read): Run {
  const next: Fold = { ...run };
  fold(next, event, read);
  return next;
}

function unread(digest: Digest): never {
  throw new Error(`The log of a fork cannot be folded without its content ${digest}.`);
}

/** The same into a copy that the caller owns: one decision folds all its events into one. */
export function fold(run: Fold, event: Event, read: Read): void {
  if (event.type === "run.forked")
    foldForked(run, read(event.state) as unknown as Inheritance, event.seq);
  else foldRun(run, event);
  run.seq = event.seq;
  if (run.stall !== undefined) foldStall(run, run.stall, event);
  if (event.end === true) run.unsettled = event.settled !== true;
}

function foldRun(run: Fold, event: Exclude<Event, { type: "run.forked" }>): void {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others are those of foldStep
  switch (event.type) {
    case "run.accepted":
      return accepted(run, event);
    case "run.attached":
      return attached(run, event);
    case "run.paused":
      return paused(run, event);
    case "run.resumed":
      return resumed(run, event.at);
    case "run.stopping":
      return stopping(run, event);
    case "run.undoing":
      return undoing(run);
    case "run.informed":
    case "run.amended":
      return amended(run, event);
    case "run.moved":
      return foldMoved(run, event);
    // What a rule led to stands in the events behind it.
    case "rule.acted":
    case "run.proceeded":
      return;
    case "run.finished":
      return finished(run, event);
    case "report.told":
      run.open = remove(run.open, event.key);
      return;
    default:
      foldStep(run, event);
  }
}

function paused(run: Fold, event: Extract<Event, { type: "run.paused" }>): void {
  const { at, why, exception = null, above } = event;
  run.paused = { at, why, exception, ...(above === undefined ? {} : { above }) };
}

type OfRun =
  | "run.accepted"
  | "run.attached"
  | "run.paused"
  | "run.resumed"
  | "run.stopping"
  | "run.undoing"
  | "run.informed"
  | "run.amended"
  | "run.moved"
  | "run.proceeded"
  | "rule.acted"
  | "run.finished"
  | "report.told";

function foldStep(run: Fold, event: Exclude<Event, { type: OfRun | "run.forked" }>): void {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others are those of foldAsk
  switch (event.type) {
    case "step.started":
      return foldStarted(run, event);
    case "step.skipped":
      return foldSkipped(run, event);
    case "step.finished":
      foldFinished(run, event);
      return dropGrants(run, event.path);
    case "step.stopping":
      return stoppingStep(run, event);
    case "step.skipping":
      run.skipping = set(run.skipping, event.path, event.why);
      return;
    case "timer.set":
      return timerSet(run, event);
    case "timer.ended":
      return timerEnded(run, event.key);
    case "listen.ended":
      return listenEnded(run, event);
    case "listen.refused":
      return listenRefused(run, event);
    default:
      foldAsk(run, event);
  }
}

type OfStep =
  | OfRun
  | "run.forked"
  | "step.started"
  | "step.skipped"
  | "step.finished"
  | "step.stopping"
  | "step.skipping"
  | "timer.set"
  | "timer.ended"
  | "listen.ended"
  | "listen.refused";

function foldAsk(run: Fold, event: Exclude<Event, { type: OfStep }>): void {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others are those of foldOfPeople
  switch (event.type) {
    case "attempt.started": {
      const frame = get(run.frames, event.path);
      if (frame?.kind === "leaf") foldOpened(run, frame, { opening: event, by: event });
      return;
    }
    case "attempt.begun":
      return changeAttempt(run, event.key, { begun: true });
    case "attempt.repeated":
      return repeated(run, event);
    case "attempt.stopping":
      return changeAttempt(run, event.key, { stopping: true });
    case "attempt.ended":
      return foldEnded(run, event);
    case "attempt.settled":
      return foldSettled(run, event);
    case "budget.exceeded":
    case "budget.waited":
    case "budget.found":
    case "budget.raised":
      return foldOfBudget(run, event);
    default:
      if (isOfUses(event)) foldOfUses(run, event);
      else foldOfPeople(run, event);
  }
}

function accepted(run: Fold, event: Of<"run.accepted">): void {
  const { root, limits } = run.workflow;
  const frame = blockFrame(root, { path: "", parent: null, at: 0, seq: event.seq });
  run.phase = "running";
  run.acceptedAt = event.at;
  run.by = event.by;
  run.params = event.params;
  run.parent = event.parent;
  run.map = event.map ?? null;
  run.case = event.case ?? null;
  if (event.known !== undefined) run.known = { from: event.seq, known: event.known, next: null };
  run.labels = labelled(run.labels, event.labels);
  if (event.budget !== undefined) run.ledger = { ...NEW_LEDGER, granted: event.budget };
  run.work = { done: 0, expected: workOf(root) };
  if (run.workflow.rules !== undefined) {
    const stall = stallOf(run);
    if (stall !== undefined) run.stall = stall;
  }
  putFrame(run, { ...frame, limiter: limiterOf(limits.concurrencyMost) });
}

/** The same child, asked for again by its parent's step: its end is told to the newer key, also when it has ended. */
function attached(run: Fold, event: Of<"run.attached">): void {
  run.parent = event.parent;
  if (run.phase === "finished")
    run.open = set(emptyTable<number, Open>(), event.seq, { type: "report", to: event.parent });
}

/** Timers were not owed while the run was paused: their due moves by the pause. A gate's deadline does not. */
function resumed(run: Fold, at: number): void {
  const by = run.paused === null ? 0 : at - run.paused.at;
  let open = run.open;
  for (const [key, one] of entries(run.open)) {
    if (one.type === "timer") open = set(open, key, { ...one, due: one.due + by });
    if (one.type === "listen" && one.due !== null)
      open = set(open, key, { ...one, due: one.due + by });
  }
  run.paused = null;
  run.open = open;
}

function stopping(run: Fold, event: Of<"run.stopping">): void {
  const { outcome, abort, rollback, why } = event;
  const error = event.error ?? null;
  run.phase = "stopping";
  run.stopping = { outcome, abort, rollback, why, error };
  const root = get(run.frames, "");
  if (root !== undefined) putFrame(run, { ...root, stopping: { outcome, abort, why, error } });
}

/** A run that had ended goes on with what is left to undo. */
function undoing(run: Fold): void {
  if (run.phase === "finished") run.open = emptyTable();
  run.phase = "undoing";
  run.outcome = null;
}

function amended(run: Fold, event: Of<"run.amended" | "run.informed">): void {
  const { seq } = event;
  if (event.type === "run.informed") {
    run.known = { from: seq, known: event.known, next: run.known };
    return;
  }
  const { params, limits } = event;
  if (params !== undefined) {
    run.before = { until: seq, params: run.params, next: run.before };
    run.params = { ...run.params, ...params };
  }
  if (limits === undefined) return;
  run.limits = { ...run.limits, ...limits };
  const root = get(run.frames, "");
  const most = limits.concurrencyMost;
  if (most !== undefined && root?.kind === "block" && root.limiter !== null)
    putFrame(run, { ...root, limiter: { ...root.limiter, most } });
}

function finished(run: Fold, event: Of<"run.finished">): void {
  const empty = emptyTable<number, Open>();
  run.phase = "finished";
  run.outcome = event.outcome;
  run.error = event.error ?? null;
  run.result = event.outputs ?? null;
  run.frames = emptyTable();
  run.paused = null;
  // What was done can be undone later, unless it has been.
  if (event.outcome === "rolled back") run.undo = null;
  run.skipping = emptyTable();
  if (run.granted !== undefined) run.granted = emptyTable();
  run.taken = emptyTable();
  run.open =
    run.parent === null ? empty : set(empty, event.seq, { type: "report", to: run.parent });
  if (event.outcome === "completed")
    run.work = { done: run.work.expected, expected: run.work.expected };
}

function stoppingStep(run: Fold, event: Of<"step.stopping">): void {
  const frame = get(run.frames, event.path);
  if (frame === undefined) return;
  const { outcome, abort, why } = event;
  seat(run, { ...frame, stopping: { outcome, abort, why, error: event.error ?? null } });
}

function timerSet(run: Fold, event: Of<"timer.set">): void {
  const { path, due, why } = event;
  run.open = set(run.open, event.seq, { type: "timer", path, due, why });
  const frame = get(run.frames, path);
  if (frame === undefined || why === "stalled") return;
  if (why === "backoff" && frame.kind === "leaf")
    changeLeaf(run, path, { state: "backoff", timer: event.seq });
  else putFrame(run, { ...frame, timer: event.seq });
}

function timerEnded(run: Fold, key: number): void {
  const open = get(run.open, key);
  // What has a time limit goes on without it.
  if (open?.type === "listen" || open?.type === "gate") {
    const without = open.type === "gate" ? withoutDeadline(open) : { ...open, due: null };
    run.open = set(run.open, key, without);
    return;
  }
  run.open = remove(run.open, key);
  if (open?.type === "timer" && open.why === "backoff")
    changeLeaf(run, open.path, { state: "ready", timer: null });
}

/** Two waits that are open at the same time both take it; one that opens later takes the next. */
function listenEnded(run: Fold, event: Of<"listen.ended">): void {
  const open = get(run.open, event.key);
  run.open = remove(run.open, event.key);
  if (open?.type !== "listen" || event.position === undefined) return;
  const subscription = subscriptionOf(open);
  const taken = Math.max(event.position, get(run.taken, subscription) ?? 0);
  run.taken = set(run.taken, subscription, taken);
}

function listenRefused(run: Fold, event: Of<"listen.refused">): void {
  const open = get(run.open, event.key);
  if (open?.type === "listen")
    run.open = set(run.open, event.key, { ...open, after: event.position });
}

/** A repeat is doubt: nobody knows how far the first time got. */
function repeated(run: Fold, event: Of<"attempt.repeated">): void {
  const { key } = event;
  const open = get(run.open, key);
  if (open?.type !== "attempt") return;
  const again = open.held === undefined ? {} : { held: holdAgain(run, open.held, event) };
  changeAttempt(run, key, { repeats: open.repeats + 1, ...again });
  if (open.effects !== "pure") changeLeaf(run, open.path, { doubt: true });
}
