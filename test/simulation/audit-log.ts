import type { Json } from "../../src/core/json.ts";
import {
  absent,
  DECISION_EVENTS_MOST,
  type Effect,
  type Event,
  owed,
  owedBy,
  progressOf,
  type Run,
  waitsOf,
} from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { evolve } from "./evolve.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

/** A decision may be longer than its limit by what belongs to its last event. */
const BELONGING_MOST = 20;

/** The log of a run by itself, decision by decision. */
export function auditLog(world: World, shell: Shell, audited: Audited): void {
  const events = shell.stored(audited.run);
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? world.definitions.get(first.definition) : undefined;
  if (workflow === undefined) return;
  let run = absent(audited.run, workflow, (digest) => world.definitions.get(digest) ?? null);
  let before = run;
  let decision: Event[] = [];
  for (const event of events) {
    auditEvent(run, event, audited);
    const was = run;
    run = evolve(run, event);
    if (event.type === "run.moved" && run.outputs !== was.outputs)
      audited.tell("moved", `what had ended gives something else after ${event.seq}`);
    decision.push(event);
    if (event.end !== true) continue;
    auditDecision({ before, after: run, decision }, audited);
    before = run;
    decision = [];
  }
  if (decision.length > 0)
    audited.tell("M12", `ends with half a decision: ${decision.map((one) => one.type).join(", ")}`);
}

function auditEvent(run: Run, event: Event, { tell }: Audited): void {
  if (event.seq !== run.seq + 1) tell("M4", `has event ${event.seq} after ${run.seq}`);
  if (!isJson(event as unknown as Json)) tell("M4", `event ${event.seq} is no JSON: ${event.type}`);
}

type Step = { readonly before: Run; readonly after: Run; readonly decision: readonly Event[] };

function auditDecision({ before, after, decision }: Step, { tell }: Audited): void {
  const at = `at ${after.seq} (${decision.map((one) => one.type).join(", ")})`;
  if (decision.length > DECISION_EVENTS_MOST + BELONGING_MOST)
    tell("M12", `${at} decides ${decision.length} events at once`);
  auditOwed({ before, after, decision }, (what) => tell("owed", `${at} ${what}`));
  auditProgress(before, after, (what) => tell("progress", `${at} ${what}`));
  if (!after.unsettled && isStuck(after))
    tell("ends", `${at} goes on with nothing and waits for nothing`);
}

/** What is owed after is owed before, or newly; what is newly owed is owed. */
function auditOwed({ before, after, decision }: Step, tell: (what: string) => void): void {
  const was = new Set(owed(before).map(nameOf));
  const now = owed(after);
  const is = new Set(now.map(nameOf));
  const by = owedBy(after, decision).map(nameOf);
  const newly = new Set(by);
  for (const name of is)
    if (!was.has(name) && !newly.has(name)) tell(`owes ${name}, which is not told`);
  for (const name of newly) if (!is.has(name)) tell(`tells ${name}, which is not owed`);
  for (const effect of now) auditRead(effect, is, tell);
  if (newly.size < by.length) tell(`tells one effect twice: ${by.join(", ")}`);
}

/** U5: nothing reads for an attempt that is over. */
function auditRead(effect: Effect, is: ReadonlySet<string>, tell: (what: string) => void): void {
  if (effect.type !== "use" || effect.effects !== "pure") return;
  const { attempt, tool } = effect;
  if (!["perform", "abort", "prepare"].some((type) => is.has(`${type} ${attempt}`)))
    tell(`owes a read of ${tool} for the attempt ${attempt}, which is over (U5)`);
}

function nameOf(effect: Effect): string {
  if (effect.type === "proceed") return "proceed";
  return effect.type === "timer"
    ? `timer ${effect.key} ${effect.due}`
    : `${effect.type} ${effect.key}`;
}

function auditProgress(before: Run, after: Run, tell: (what: string) => void): void {
  const was = progressOf(before);
  const is = progressOf(after);
  if (is.done > is.expected) tell(`has done ${is.done} of ${is.expected}`);
  if (is.done < was.done) tell(`has done ${is.done} after ${was.done}`);
  if (
    is.expected <= was.expected &&
    was.expected > 0 &&
    is.done * was.expected < was.done * is.expected
  ) {
    tell(`has done ${is.done} of ${is.expected} after ${was.done} of ${was.expected}`);
  }
}

/** Nothing is in flight and nothing named is waited for, and still it has not ended. */
function isStuck(run: Run): boolean {
  if (run.phase === "finished" || run.paused !== null) return false;
  return waitsOf(run).every((wait) => wait.what.kind === "place");
}

function isJson(value: Json | undefined): boolean {
  if (value === undefined) return false;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value as { readonly [key: string]: Json }).every(isJson);
}
