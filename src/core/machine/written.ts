import { type Actor, atOf, type Envelope } from "../audit/index.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Body, Event, EventType, Seq } from "./event.ts";

/** An event as the log takes it, before the store gives it its place, its chain and its hash. */
export type Written = {
  readonly seq: Seq;
  readonly at: number;
  readonly type: string;
  readonly step: string;
  readonly actor: Actor;
  readonly data: JsonObject;
};

/** Which events belong to a step. The root's path is "" too, so the text alone cannot tell. */
const HAS_PATH: {
  readonly [Type in EventType]: Extract<Body, { readonly type: Type }> extends {
    readonly path: string;
  }
    ? true
    : false;
} = {
  "run.accepted": false,
  "run.forked": false,
  "run.attached": false,
  "run.paused": false,
  "run.resumed": false,
  "run.informed": false,
  "run.amended": false,
  "run.moved": false,
  "run.stopping": false,
  "run.undoing": false,
  "run.proceeded": false,
  "run.finished": false,
  "report.told": false,
  "step.started": true,
  "step.stopping": true,
  "step.skipping": true,
  "step.held": true,
  "step.released": true,
  "step.skipped": true,
  "step.finished": true,
  "attempt.started": true,
  "attempt.begun": false,
  "attempt.repeated": false,
  "attempt.stopping": false,
  "attempt.ended": true,
  "attempt.settled": false,
  "budget.exceeded": true,
  "budget.waited": true,
  "budget.found": true,
  "budget.raised": false,
  "timer.set": true,
  "timer.ended": false,
  "listen.ended": false,
  "listen.refused": true,
  "gate.opened": true,
  "gate.voted": false,
  "gate.escalated": false,
  "gate.advanced": true,
  "gate.claimed": true,
  "gate.released": true,
  "gate.edited": true,
  "gate.asked": true,
  "gate.answered": true,
  "gate.viewed": true,
  "gate.reminded": true,
  "gate.overridden": true,
  "gate.closed": true,
  "task.claimed": true,
  "task.released": true,
  "task.escalated": true,
  "exception.raised": true,
  "exception.waited": true,
  "exception.closed": true,
  "rule.acted": true,
  "tool.judged": true,
  "tool.finished": true,
  "tool.repeated": true,
  "data.denied": true,
  "attempt.suspended": true,
  "writeback.started": true,
  "writeback.committed": true,
  "writeback.failed": true,
  "writeback.unknown": true,
  "writeback.verified": true,
  "gate.consumed": true,
  "gate.voided": true,
};

const AGENT = "agent:";
/** Who is neither a person nor an agent. */
export const SYSTEM: readonly string[] = ["muster", "timer"];

/**
 * How an event is written: what every event has goes into the envelope, the rest is its data, in the
 * order of its names, so that whoever seals it need not put it in order.
 */
export function draftOf(event: Event): Written {
  const fields = event as unknown as JsonObject;
  const data: Record<string, Json> = {};
  for (const name of namesOf(event)) data[name] = fields[name] as Json;
  const step = "path" in event ? event.path : "";
  return { seq: event.seq, at: event.at, type: event.type, step, actor: actorOf(event.by), data };
}

/** Names that an event of this type had, as they came and in order. */
type Names = { readonly came: readonly string[]; readonly inOrder: readonly string[] };
const known = new Map<EventType, readonly Names[]>();
/** Those of a type that are known: a step that ends, a block that does, each with an end of the decision or without. */
const KNOWN_MOST = 4;

function namesOf(event: Event): readonly string[] {
  const before = known.get(event.type) ?? NO_NAMES;
  for (const names of before) if (hasNames(event, names.came)) return names.inOrder;
  const came = Object.keys(event);
  const inOrder = came.filter((name) => !ENVELOPED.has(name)).sort();
  known.set(event.type, [{ came, inOrder }, ...before.slice(0, KNOWN_MOST - 1)]);
  return inOrder;
}

const NO_NAMES: readonly Names[] = [];

/** On the path of every event: a loop is a tenth of what a rest pattern costs. */
function hasNames(event: Event, came: readonly string[]): boolean {
  let count = 0;
  for (const name in event) {
    if (came[count] !== name) return false;
    count++;
  }
  return came.length === count;
}

const ENVELOPED: ReadonlySet<string> = new Set(["path", "seq", "at", "by", "type"]);

/**
 * The event that an envelope holds: the other way of `draftOf`.
 *
 * @throws MusterError "newer-version" for a type this version does not know, "corrupt" for a time
 *   that is none
 */
export function eventOf(envelope: Envelope): Event {
  const { seq, type, step, actor, data } = envelope;
  const at = atOf(envelope, isEventType(type));
  const by = actor.kind === "agent" ? AGENT + actor.id : actor.id;
  const place = HAS_PATH[type as EventType] ? { path: step } : {};
  return { ...data, ...place, seq, at, by, type } as Event;
}

function actorOf(by: string): Actor {
  if (by.startsWith(AGENT)) return { kind: "agent", id: by.slice(AGENT.length) };
  return { kind: SYSTEM.includes(by) ? "system" : "human", id: by };
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(HAS_PATH, type);
}
