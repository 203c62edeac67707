import { type Draft, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import type { LeafFrame, Open, Run } from "../run.ts";
import { entries, get } from "../tables/table.ts";
import { isUnmetUse } from "../uses/grant.ts";
import { isWriting, useAt } from "../uses/uses.ts";
import { isUnmetStep } from "./approval.ts";
import { nextLook } from "./next-look.ts";
import { outOf } from "./way-out.ts";

type OpenException = Extract<Open, { readonly type: "exception" }>;

/** Whether something in it was allowed on a condition that did not hold when it was looked at last. */
export function waitsForCondition({ open }: Pick<Run, "open">): boolean {
  for (const [, one] of entries(open))
    if (one.type === "exception" && one.due !== undefined) return true;
  return false;
}

/** So many are looked at, at once: each asks the map, and begins something. The others have a moment of their own. */
export const LOOKED_MOST = 100;

/**
 * More is known of the case: what was allowed on a condition goes on where that holds now, the oldest first.
 * All that is open is gone through for them: a case is told of seldom, and to look so far costs little.
 */
export function lookAtConditions(draft: Draft): void {
  if (draft.run.paused !== null) return;
  const waiting = [...entries(draft.run.open)].flatMap(([key, open]) =>
    open.type === "exception" && open.due !== undefined ? [{ key, open }] : [],
  );
  const oldest = waiting.sort((one, other) => one.key - other.key).slice(0, LOOKED_MOST);
  for (const { key, open } of oldest) goesOn(draft, key, open);
}

/** The moment to look again has come. */
export function lookAtCondition(draft: Draft, key: Key): void {
  const open = get(draft.run.open, key);
  if (open?.type !== "exception" || goesOn(draft, key, open)) return;
  const due = nextLook(draft.at, open.at);
  tell(draft, { type: "exception.waited", path: open.path, key, due });
}

/** What is being written beside it is awaited first. @returns whether it goes on */
function goesOn(draft: Draft, key: Key, open: OpenException): boolean {
  const frame = get(draft.run.frames, open.path);
  if (frame?.kind !== "leaf" || frame.exception !== key || frame.stopping !== null) return false;
  if (isWriting(draft.run, frame) || isUnmet(draft, frame, open)) return false;
  outOf(draft, frame, { how: "retry", why: "The condition on which it was allowed holds now." });
  draft.queue.push(frame.path);
  return true;
}

/** Where its use is gone, it is seen when the step is tried. */
function isUnmet(draft: Draft, frame: LeafFrame, { use: key }: OpenException): boolean {
  if (key === undefined) return isUnmetStep(draft, frame);
  const use = useAt(draft.run, key);
  return use !== null && isUnmetUse(draft, key, use);
}
