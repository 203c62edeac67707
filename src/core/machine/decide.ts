import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import { attempt } from "./attempts/open-attempt.ts";
import { nextForPlace } from "./attempts/places.ts";
import { letGoOn } from "./budget/reserve.ts";
import { lookAtAll } from "./control/control.ts";
import { watch } from "./control/watch.ts";
import { type Draft, isFull, openDraft, tell } from "./draft.ts";
import { endRun } from "./end.ts";
import type { Event } from "./event.ts";
import type { Facts } from "./facts.ts";
import { stopped } from "./finish.ts";
import { hear } from "./hear.ts";
import type { Frame, Run } from "./run.ts";
import type { Signal } from "./signal.ts";
import { start } from "./start.ts";
import { advanceBlock } from "./steps/block.ts";
import { advanceChoose } from "./steps/choose.ts";
import { advanceEach } from "./steps/each.ts";
import { advanceLeaf } from "./steps/leaf.ts";
import { advanceRepeat } from "./steps/repeat.ts";
import { first } from "./tables/queue.ts";
import { get } from "./tables/table.ts";

/** What was decided: the run after its events, the events, and contents they name by digest. */
export type Decision = {
  readonly run: Run;
  readonly events: readonly Event[];
  readonly contents: readonly (readonly [Digest, string])[];
};

/**
 * What a signal leads to. Pure: time is on the signal, what only the outside knows is in `facts`. It
 * folds its own events as it makes them, so that each rule sees what the one before it did; it looks
 * at what was touched until nothing is left, or until the limit of events, and then the rest is owed
 * as `proceed`.
 *
 * M2: a signal that was heard before gives no events. M12: at most `DECISION_EVENTS_MOST` events, and
 * the few that belong to the last of them.
 *
 * @returns a `Problem` where the signal is refused; never throws for what a caller or the world did
 */
export function decide(run: Run, signal: Signal, facts: Facts): Decision | Problem {
  const draft = openDraft(run, signal, facts);
  const problem = hear(draft, signal);
  if (problem !== null) return problem;
  draft.by = "muster";
  if (run.unsettled) lookAtAll(draft);
  const isSettled = settle(draft);
  const isOver = run.unsettled && !isResting(draft) && draft.events.length === 0;
  if (signal.type === "proceed" && isOver) tell(draft, { type: "run.proceeded" });
  if (draft.run.stall !== undefined) watch(draft);
  return ended(draft, isSettled);
}

/**
 * Looks at steps until none is left to look at and no free place is wanted.
 *
 * @returns whether nothing is left to decide
 */
function settle(draft: Draft): boolean {
  let isLeft = false;
  for (;;) {
    if (isFull(draft)) return false;
    const path = draft.queue[draft.looked];
    if (path !== undefined) {
      draft.looked++;
      const frame = get(draft.run.frames, path);
      if (frame === undefined) continue;
      if (draft.run.paused !== null && frame.stopping === null) return false;
      if (isResting(draft) && mayAttempt(frame)) isLeft = true;
      else advance(draft, frame);
      continue;
    }
    if (goesOn(draft)) continue;
    if (isLeft || (isResting(draft) && wantsMore(draft.run))) return false;
    return draft.run.paused === null || draft.run.phase !== "running";
  }
}

/** No step is left to look at: money that is free lets one go on, a place is taken, or the run ends. */
function goesOn(draft: Draft): boolean {
  if (draft.isFreed && isShortOfMoney(draft)) {
    letGoOn(draft);
    return true;
  }
  if (draft.run.paused === null && giveplace(draft)) return true;
  const before = draft.events.length;
  endRun(draft);
  return draft.events.length > before;
}

function isResting({ facts }: Draft): boolean {
  return facts.isResting === true;
}

/** What follows may be an attempt, and where nothing begins there is none. */
function mayAttempt(frame: Frame): boolean {
  return (
    frame.kind === "leaf" &&
    frame.stopping === null &&
    (frame.state === "judging" || frame.undoes !== null)
  );
}

function isShortOfMoney({ run }: Draft): boolean {
  return run.ledger !== null && run.ledger.short.length > 0 && run.paused === null;
}

function wantsMore(run: Run): boolean {
  return run.phase === "undoing" || nextForPlace(run) !== null;
}

function advance(draft: Draft, frame: Frame): void {
  // While the run is stopping all are told so, from the root down: one that went on before would begin another.
  if (draft.run.phase === "stopping" && frame.stopping === null) return;
  switch (frame.kind) {
    case "block":
      return advanceBlock(draft, frame);
    case "each":
      return advanceEach(draft, frame);
    case "choose":
      return advanceChoose(draft, frame);
    case "repeat":
      return advanceRepeat(draft, frame);
    case "leaf":
      return advanceLeaf(draft, frame);
    case "gate":
    case "wait":
      if (frame.stopping !== null) stopped(draft, frame);
      return;
    default:
      return unreachable(frame);
  }
}

/** The next in the queues takes a free place: a step goes on, a block begins its next, an `each` an item. */
function giveplace(draft: Draft): boolean {
  if (isResting(draft)) return false;
  const frame = nextForPlace(draft.run);
  if (frame === null) return false;
  if (frame.kind === "leaf") attempt(draft, frame);
  else if (frame.kind === "each") start(draft, frame, frame.next);
  else if (frame.kind === "choose") start(draft, frame, frame.branch);
  else if (frame.kind === "repeat") start(draft, frame, frame.round + 1);
  else if (frame.kind === "block") {
    const slot = first(frame.ready);
    if (slot !== undefined) start(draft, frame, slot);
  }
  return true;
}

const NO_EVENTS: Decision["events"] = [];
const NO_CONTENTS: Decision["contents"] = [];

function ended(draft: Draft, isSettled: boolean): Decision {
  const last = draft.events.at(-1);
  if (last === undefined) return { run: draft.run, events: NO_EVENTS, contents: NO_CONTENTS };
  // The event is still this decision's own: nobody else has seen it.
  const end: { -readonly [Mark in "end" | "settled"]?: Event[Mark] } = last;
  end.end = true;
  if (isSettled) end.settled = true;
  draft.run.unsettled = !isSettled;
  return { run: draft.run, events: draft.events, contents: draft.contents };
}
