import { timeLimit } from "../attempts/open-attempt.ts";
import { type Draft, isFull, tell } from "../draft.ts";
import { failure } from "../failure.ts";
import { complete, stopped } from "../finish.ts";
import { mergedOutput } from "../result.ts";
import type { BlockFrame, ChooseFrame, EachFrame, Frame, Item, RepeatFrame } from "../run.ts";
import { start } from "../start.ts";
import { first } from "../tables/queue.ts";
import { entries, get } from "../tables/table.ts";
import { childPath, childStep } from "./work.ts";

/** Steps side by side or one after another: whoever waits for nobody begins; one failure fails the block. */
export function advanceBlock(draft: Draft, frame: BlockFrame): void {
  const isRoot = frame.path === "";
  if (frame.stopping !== null) return stopBelow(draft, frame);
  if (frame.broken !== null) {
    // The run ends where its root would: see end.ts.
    if (isRoot) return;
    tell(draft, {
      type: "step.stopping",
      path: frame.path,
      outcome: "failed",
      abort: false,
      why: frame.broken.message,
      error: frame.broken,
    });
    return;
  }
  // A block that a fork has inherited: its time begins anew.
  if (frame.timer === null && frame.step.timeoutMs !== null)
    timeLimit(draft, frame.path, frame.step);
  startFree(draft, frame);
  const now = get(draft.run.frames, frame.path);
  if (
    isRoot ||
    now?.kind !== "block" ||
    now.left > 0 ||
    now.stopping !== null ||
    now.broken !== null
  )
    return;
  const output = mergedOutput(draft, now);
  complete(draft, now, output === null ? {} : { output });
}

/** Children that need no place begin at once. */
function startFree(draft: Draft, frame: BlockFrame): void {
  let now: Frame | undefined = frame;
  while (now?.kind === "block" && now.stopping === null && !isFull(draft)) {
    const slot = first(now.free);
    if (slot === undefined) return;
    start(draft, now, slot);
    now = get(draft.run.frames, frame.path);
  }
}

/** Every live child is told to stop; when none is left the step ends as it was to. */
export function stopBelow(
  draft: Draft,
  frame: BlockFrame | EachFrame | ChooseFrame | RepeatFrame,
): void {
  const stopping = frame.stopping;
  if (stopping === null) return;
  let live = 0;
  for (const at of liveBelow(frame)) {
    live++;
    if (isFull(draft)) return;
    const path = childPath(frame, childStep(frame, at), at);
    const child = get(draft.run.frames, path);
    if (child === undefined || (child.stopping !== null && child.stopping.abort >= stopping.abort))
      continue;
    const { abort, why } = stopping;
    tell(draft, { type: "step.stopping", path, outcome: "cancelled", abort, why });
  }
  if (live === 0 && frame.path !== "") stopped(draft, frame);
}

function liveBelow(frame: BlockFrame | EachFrame | ChooseFrame | RepeatFrame): readonly number[] {
  if (frame.kind === "block" || frame.kind === "each")
    return [...entries(frame.live)].map(([at]) => at).sort((a, b) => a - b);
  if (frame.child.state !== "live") return [];
  return [frame.kind === "choose" ? frame.branch : frame.round];
}

/** The one child of a choose or a repeat ended as it is no use going on: so does the step. */
export function endAs(draft: Draft, frame: ChooseFrame | RepeatFrame, item: Item): boolean {
  if (item.outcome !== "failed" && item.outcome !== "cancelled") return false;
  const error = item.error ?? failure("cancelled", "What it consists of was cancelled.");
  tell(draft, {
    type: "step.stopping",
    path: frame.path,
    outcome: "failed",
    abort: false,
    why: error.message,
    error,
  });
  return true;
}
