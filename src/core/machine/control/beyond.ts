import type { Block, Step } from "../../definition/index.ts";

/**
 * In a fork a step may be done again whose next ones have ended and stay. What follows those waits for it
 * too: steps of a block, by slot, each with the slots of those that are to end before it although nothing
 * that it names itself is left.
 */
export type Beyond = readonly (readonly [slot: number, before: readonly number[]])[];

/** @param hasEnded of a step that stays as it ended; all others are done again, go on, or have not begun */
export function beyondIn(
  { steps }: Block,
  of: {
    readonly hasEnded: (slot: number) => boolean;
    readonly isAhead: (slot: number) => boolean;
  },
): Beyond {
  const isBridge = ({ slot, after }: Step): boolean =>
    of.hasEnded(slot) && !after.every(of.hasEnded);
  if (!steps.some(isBridge)) return NOBODY;
  return steps.flatMap((step) => {
    const before = of.isAhead(step.slot) ? openBefore(step, steps, of.hasEnded) : [];
    return before.length === 0 ? [] : [[step.slot, before] as const];
  });
}

const NOBODY: Beyond = [];

/** Those that have not ended, through those that have. */
function openBefore(
  { after }: Step,
  steps: readonly Step[],
  hasEnded: (slot: number) => boolean,
): readonly number[] {
  const seen = new Set(after);
  const open: number[] = [];
  const through = after.filter(hasEnded);
  for (let slot = through.pop(); slot !== undefined; slot = through.pop()) {
    for (const earlier of steps[slot]?.after ?? []) {
      if (seen.has(earlier)) continue;
      seen.add(earlier);
      (hasEnded(earlier) ? through : open).push(earlier);
    }
  }
  return open.sort((one, other) => one - other);
}

/** Who waits for a step besides those that name it. */
export function waitingBeyond(beyond: Beyond | undefined, at: number): readonly number[] {
  return (beyond ?? NOBODY).flatMap(([slot, before]) => (before.includes(at) ? [slot] : []));
}

/** For whom a step waits besides those that it names. */
export function beforeBeyond(beyond: Beyond | undefined, at: number): readonly number[] {
  return beyond?.find(([slot]) => slot === at)?.[1] ?? [];
}

/** The slots stand for other steps now: each is told by its path. */
export function movedBeyond(beyond: Beyond, from: Block, to: Block): Beyond {
  const slots = new Map(to.steps.map(({ path, slot }) => [path, slot]));
  const now = (slot: number): number => slots.get(from.steps[slot]?.path ?? "") ?? -1;
  return beyond.flatMap(([slot, before]) => {
    const step = to.steps[now(slot)];
    if (step === undefined) return [];
    const left = before.map(now).filter((one) => one >= 0 && !step.after.includes(one));
    return left.length === 0 ? [] : [[step.slot, left] as const];
  });
}
