import { usesOf } from "../../src/core/approval/index.ts";
import { canonical } from "../../src/core/audit/index.ts";
import type { Workflow } from "../../src/core/definition/index.ts";
import { isObject, type Json, type JsonObject } from "../../src/core/json.ts";
import {
  type Event,
  type Inheritance,
  type Stored,
  stepsOf,
} from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import type { Audited } from "./audit.ts";
import { auditUndo, taskAt } from "./audit-undo.ts";
import { bare, isUndo } from "./book.ts";
import type { Shell } from "./shell.ts";
import type { Deed, World } from "./world.ts";

/** What was done in the world beside what the log says of it. */
export function auditDeeds(world: World, shell: Shell, audited: Audited): void {
  const deeds = world.deeds.filter((deed) => deed.run === audited.run);
  const events = shell.stored(audited.run);
  const [first] = events;
  const moved = events.findLast((event) => event.type === "run.moved");
  const last = moved ?? first;
  const workflow =
    last?.type === "run.accepted" || last?.type === "run.moved"
      ? world.definitions.get(last.definition)
      : undefined;
  if (workflow === undefined) return;
  const read = (stored: Stored): Json =>
    "value" in stored ? stored.value : shell.read(stored.digest);
  const of: Of = { deeds, events, workflow, read, finished: finishedBy(shell, events) };
  auditWrites(of, audited);
  auditAnswers(of, audited);
  auditCalls(of, audited);
  auditVotes(world, of, audited);
  auditStops(world, of, audited);
  for (const deed of deeds) auditAction(of, deed, audited);
}

export type Finished = Extract<Event, { type: "step.finished" }>;
export type Of = {
  readonly deeds: readonly Deed[];
  readonly events: readonly Event[];
  readonly workflow: Workflow;
  readonly read: (stored: Stored) => Json;
  readonly finished: ReadonlyMap<string, Finished>;
};

function finishedBy(shell: Shell, events: readonly Event[]): ReadonlyMap<string, Finished> {
  return new Map([
    ...inherited(shell, events).map((event) => [event.path, event] as const),
    ...events.flatMap((event) =>
      event.type === "step.finished" ? [[event.path, event] as const] : [],
    ),
  ]);
}

/** What ended in a fork's source counts as ended where it was forked. */
function inherited(shell: Shell, events: readonly Event[]): readonly Finished[] {
  const forked = events.find((event) => event.type === "run.forked");
  if (forked?.type !== "run.forked") return [];
  const { steps } = shell.read(forked.state) as unknown as Inheritance;
  const { seq, at, by } = forked;
  return steps.flatMap(({ path, state: outcome, output, error }): readonly Finished[] => {
    if (outcome === "live" || outcome === "doubt" || outcome === "skipped") return [];
    const gave = { ...(output ? { output } : {}), ...(error ? { error } : {}) };
    return [{ type: "step.finished", seq, at, by, path, outcome, ...gave }];
  });
}

/** M3, M9: an `ask` is done once, an `idempotent` under one call, unless a person ordered it again; and the log knows or doubts. */
function auditWrites({ deeds, events, finished }: Of, { tell }: Audited): void {
  const paths = new Set(deeds.filter((deed) => deed.wrote).map((deed) => deed.path));
  for (const path of paths) {
    const wrote = deeds.filter((deed) => deed.path === path && deed.wrote);
    const orders = events.filter(
      (event) =>
        (event.type === "exception.closed" && event.path === path && event.how === "retry") ||
        (event.type === "step.released" && event.path === path && event.again === true),
    ).length;
    const calls = new Set(wrote.map((deed) => deed.call));
    const asked = wrote.filter((deed) => deed.effects === "ask").length;
    if (asked > 1 + orders)
      tell(
        "M9",
        `${path} is an ask and was done ${asked} times; people ordered it again ${orders} times`,
      );
    if (calls.size > 1 + orders)
      tell("M3", `${path} was done under ${calls.size} calls: ${[...calls].join(", ")}`);
    const isKnown = finished.get(path)?.outcome === "completed";
    for (const call of isKnown ? [] : calls) {
      if (!isDoubted(events, { path, call, finished: finished.get(path) }))
        tell("M9", `${path} was done under call ${call}, and the log neither knows nor doubts it`);
    }
  }
}

function isDoubted(
  events: readonly Event[],
  of: { path: string; call: number; finished: Finished | undefined },
): boolean {
  const keys = new Set<number>([of.call]);
  let doubted = false;
  for (const event of events) {
    if (event.type === "attempt.started" && event.call === of.call) keys.add(event.seq);
    if (event.type === "attempt.ended" && keys.has(event.key)) doubted = event.doubt;
    if (event.type === "exception.raised" && event.path === of.path && event.why !== "failed")
      return true;
  }
  return doubted || of.finished === undefined;
}

/** M8: what counts as a vote is what somebody who may said of what they were shown. */
function auditVotes(world: World, { events }: Of, { run, tell }: Audited): void {
  for (const event of events) {
    if (event.type !== "gate.voted") continue;
    const { key, voter, digest, allow } = event;
    const isTold = world.votes.some(
      (vote) =>
        vote.run === run &&
        vote.key === key &&
        vote.voter === voter &&
        vote.digest === digest &&
        vote.allow === allow,
    );
    if (!isTold) tell("M8", `a vote of ${voter} at ${key} counts, which was never given so`);
  }
}

/** What is to stop is told so, at once. */
function auditStops(world: World, { events, deeds }: Of, { tell }: Audited): void {
  if (world.counts.jumps > 0 || world.counts.refusedCommits > 0) return;
  for (const event of events) {
    if (event.type !== "attempt.stopping") continue;
    const deed = deeds.findLast((one) => one.key === event.key);
    if (deed === undefined || deed.isToldToStop || deed.endedAt === null) continue;
    if (deed.endedAt > event.at + STOPPED_MS_MOST)
      tell(
        "stop",
        `${deed.path} went on for ${deed.endedAt - event.at} ms after it was to stop, and was not told`,
      );
  }
}

/** A commit may be slow. */
const STOPPED_MS_MOST = 5_000;

/** M3: under one call the same is asked each time, to the letter. */
function auditCalls({ deeds }: Of, { tell }: Audited): void {
  const asked = new Map<number, string>();
  for (const { call, path, inputs } of deeds) {
    const now = `${path} ${canonical(inputs)}`;
    const before = asked.get(call);
    if (before !== undefined && before !== now)
      tell("M3", `call ${call} asked ${before}, and then ${now}`);
    asked.set(call, now);
  }
}

/** What a step gave is what was answered under the attempt that it closes. */
function auditAnswers({ deeds, finished, read }: Of, { tell }: Audited): void {
  for (const [path, event] of finished) {
    if (event.outcome !== "completed" || event.closes === undefined || event.output === undefined)
      continue;
    // A person was before its agent.
    if (event.unanswered === true) continue;
    const told = deeds.filter((one) => one.key === event.closes);
    if (told.length === 0) continue;
    const given = canonical(read(event.output));
    const answers = told.flatMap((deed) => deed.answers);
    const isSaid = answers.some(
      (answer) => answer.kind === "ok" && canonical(read(answer.output)) === given,
    );
    if (told.some((deed) => deed.path !== path) || !isSaid)
      tell("M2", `${path} gave ${given}, which nobody answered under ${event.closes}`);
  }
}

/** Approved is exactly what is done; and what it is given is what the steps before it gave. */
function auditAction(of: Of, deed: Deed, { tell }: Audited): void {
  if (isUndo(deed.path)) return auditUndo(of, deed, tell);
  const step = taskAt(of.workflow, bare(deed.path));
  if (step === undefined) return tell("order", `${deed.path} was done and is no task`);
  if (step.approve !== null) {
    const gate = of.events.findLast(
      (event) =>
        event.seq < deed.key + (event.type === "step.started" ? 1 : 0) &&
        (event.type === "step.started" ||
          event.type === "gate.opened" ||
          event.type === "gate.edited") &&
        event.path === deed.path &&
        (event.gate === undefined || usesOf(event.gate).length === 0),
    );
    const who = step.agent.kind === "named" ? step.agent.agent : step.agent.needs;
    const digest = digestOf(canonical([deed.run, deed.path, who, step.instructions, deed.inputs]));
    const asked = gate !== undefined && "gate" in gate ? gate.gate : undefined;
    if (asked?.digest !== digest) tell("M8", `${deed.path} was done otherwise than approved`);
    // What a decider has edited is no longer what the steps before gave.
    if (
      of.events.some(
        (event) =>
          event.type === "gate.edited" && event.path === deed.path && event.gate.use === undefined,
      )
    )
      return;
  }
  for (const [name, template] of Object.entries(step.inputs)) {
    if (template.kind !== "expression") continue;
    const { text } = template.expression;
    const wanted = text === "$params.p" ? { value: paramAt(of, deed, "p") } : valueOf(of, text);
    if (wanted === null) continue;
    if (canonical(wanted.value ?? null) !== canonical(deed.inputs[name] ?? null))
      tell(
        "data",
        `${deed.path} was given ${JSON.stringify(deed.inputs[name])} as ${name}; ${template.expression.text} is ${JSON.stringify(wanted.value)}`,
      );
  }
}

/** A step reads the params it began with; ordered again by a person it begins anew. */
function paramAt({ events }: Of, { path, call }: Deed, name: string): Json | undefined {
  let value: Json | undefined;
  let now: Json | undefined;
  for (const event of events) {
    if (event.seq > call) break;
    if (event.type === "run.accepted") now = event.params[name];
    if (event.type === "run.amended" || event.type === "run.moved")
      now = event.params?.[name] ?? now;
    if (begins(event, path)) value = now;
    if (event.type === "step.released" && event.path === path && isNewCall(events, event))
      value = now;
  }
  return value;
}

function begins(event: Event, path: string): boolean {
  if (event.type === "step.started") return event.path === path;
  // For lack of a budget it had not been begun; it begins when there is more.
  const isAnew = event.type === "exception.closed" && event.path === path;
  return isAnew && (event.how === "retry" || event.how === "found");
}

function isNewCall(events: readonly Event[], released: Extract<Event, { path: string }>): boolean {
  const next = events.find(
    (event) =>
      event.type === "attempt.started" && event.path === released.path && event.seq > released.seq,
  );
  return next?.type === "attempt.started" && next.call === undefined;
}

/** The value of `$step.output` where the step stands in no each and no repeat; null: not to be told here. */
function valueOf(
  { workflow, finished, read, events }: Of,
  text: string,
): { readonly value: Json | undefined } | null {
  const [, id = "", name = ""] = /^\$(s\d+|first)\.(\w+)$/.exec(text) ?? [];
  const step = stepAt(workflow, id);
  if (step === undefined || /[[{]/.test(step.path)) return null;
  if (step.kind === "task") return { value: field(finished.get(step.path), name, read) };
  if (step.kind !== "each" || step.body.kind !== "task") return null;
  const start = events.find((event) => event.type === "step.started" && event.path === step.path);
  const end = finished.get(step.path);
  if (
    start?.type !== "step.started" ||
    end === undefined ||
    end.outcome === "failed" ||
    end.outcome === "cancelled"
  )
    return null;
  const list = Array.from(
    { length: start.count ?? 0 },
    (_, at) => field(finished.get(`${step.path}[${at}]`), name, read) ?? null,
  );
  return { value: list };
}

function field(event: Finished | undefined, name: string, read: Of["read"]): Json | undefined {
  if (event?.output === undefined) return undefined;
  const output = read(event.output);
  return isObject(output) ? (output as JsonObject)[name] : undefined;
}

function stepAt(workflow: Workflow, id: string) {
  return [...stepsOf(workflow.root)].find((step) => step.id === id);
}
