import { putFrame } from "../attempts/places.ts";
import type { Fold, LeafFrame } from "../run.ts";
import { entries, get, remove, set } from "../tables/table.ts";
import { isBegunWrite, isUnderWay, NO_USES, type StepUses, useAt } from "./uses.ts";

/** Fold: the attempt that asked is over. A read is no longer wanted; a write goes on, and so does what people decide. */
export function foldUsesClosed(run: Fold, path: string): void {
  const frame = get(run.frames, path);
  if (frame?.kind !== "leaf" || frame.uses === undefined || frame.uses.open.length === 0) return;
  const open = frame.uses.open.filter((key) => {
    const use = useAt(run, key);
    if (use !== null && (isBegunWrite(use) || !isUnderWay(use))) return true;
    run.open = remove(run.open, key);
    return false;
  });
  putFrame(run, { ...frame, uses: { ...frame.uses, open } });
}

/** Of a frame that goes: nothing of it is open any more. */
export function foldUsesGone(run: Fold, { uses }: LeafFrame): void {
  for (const key of uses?.open ?? []) run.open = remove(run.open, key);
}

/** While something that people allowed waits to be begun, what they refused stays refused. */
export function holdsGrant(run: Pick<Fold, "open">, { open }: StepUses): boolean {
  return open.some((key) => useAt(run, key)?.state === "granted");
}

/** What another agent, or the same one when a person orders it again, still has: what was written. */
export function writtenOnly(uses: StepUses, keepsDenied: boolean = false): StepUses {
  let done = NO_USES.done;
  for (const [ask, one] of entries(uses.done))
    if (one.wrote || (keepsDenied && one.outcome === "denied")) done = set(done, ask, one);
  return { ...uses, count: 0, done, unknown: null };
}
