import type { Digest } from "../id.ts";
import type { Json } from "../json.ts";
import type { Body, Event, Path, Stored } from "./event.ts";
import { fold } from "./evolve.ts";
import type { Facts } from "./facts.ts";
import type { Fold, Run } from "./run.ts";
import type { Signal } from "./signal.ts";
import { parentPath } from "./steps/step.ts";

/** A decision has a limit of events; what is left over is owed as `proceed` (M12). */
export const DECISION_EVENTS_MOST = 200;

/** Larger values stand in the log by their digest. Bytes of JSON, near enough: UTF-16 units. */
export const INLINE_BYTES_MOST = 4_096;

/**
 * A decision being made. `run` is the decision's own copy, always the fold of `events`, so that every rule sees what the rule
 * before it did. `queue` holds the steps to look at; looking twice does no harm.
 */
export type Draft = {
  readonly run: Fold;
  readonly events: Event[];
  readonly contents: (readonly [Digest, string])[];
  readonly at: number;
  /** Who told it; what follows from what was told is the machine's. */
  by: string;
  readonly facts: Facts;
  /** Like that of the facts; it knows the decision's own contents too. */
  readonly read: Facts["read"];
  readonly queue: Path[];
  /** How many of `queue` were looked at. */
  looked: number;
  /** The run as it was before the decision. */
  readonly before: Run;
  /** Money came back or the budget was raised: what waits for it may fit. */
  isFreed: boolean;
};

/** What the decision itself keeps can be read before anybody else has it. */
export function openDraft(run: Run, signal: Signal, facts: Facts): Draft {
  const contents: (readonly [Digest, string])[] = [];
  const read = (digest: Digest): Json => {
    const own = contents.find(([name]) => name === digest);
    return own === undefined ? facts.read(digest) : (JSON.parse(own[1]) as Json);
  };
  return {
    run: { ...run },
    events: [],
    contents,
    at: signal.at,
    by: signal.by,
    facts,
    read,
    queue: [],
    looked: 0,
    before: run,
    isFreed: run.unsettled,
  };
}

/** Something happened: it is numbered, folded, and whatever it touches is to be looked at. */
export function tell(draft: Draft, body: Body): number {
  const seq = draft.run.seq + 1;
  const event = { seq, at: draft.at, by: draft.by, ...body } as Event;
  draft.events.push(event);
  fold(draft.run, event, draft.read);
  if (draft.run.ledger !== null && FREEING.has(event.type)) draft.isFreed = true;
  if ("path" in body) touch(draft, body.path);
  return seq;
}

/** After these, less may be set aside than before, or more is allowed. */
const FREEING: ReadonlySet<string> = new Set<Body["type"]>([
  "attempt.ended",
  "attempt.settled",
  "step.finished",
  "run.resumed",
  "budget.raised",
]);

/** The step and whoever it is a part of. */
function touch(draft: Draft, path: Path): void {
  draft.queue.push(path);
  if (path !== "") draft.queue.push(parentPath(path));
}

export function isFull(draft: Draft): boolean {
  return draft.events.length >= DECISION_EVENTS_MOST;
}

/** A value as it stands in an event: itself where it is small, else its digest, and its content beside the events. */
export function store(draft: Draft, value: Json): Stored {
  const text = JSON.stringify(value);
  if (text.length <= INLINE_BYTES_MOST) return { value };
  const digest = draft.facts.digest(text);
  draft.contents.push([digest, text]);
  return { digest, bytes: text.length };
}
