import type { CallRate } from "../../src/core/definition/index.ts";
import { adapted } from "../../src/engine/governor/index.ts";
import { chanceOf } from "./chance.ts";

/** What holds agents back in a world, of all its runs together. */
export type Governor = {
  /** How often an agent may be asked; null: as often as it comes. */
  readonly rateOf: (agent: string) => CallRate | null;
  /** How much may be in flight at once in quiet times; null: as much as comes. */
  readonly most: number | null;
  /** How late the process is found to be; null: nobody looks. */
  readonly lateMs: (() => number) | null;
  readonly adapted: typeof adapted;
  /** What the shell lets in where so much may be in flight. */
  readonly admits: (most: number) => number;
};

/** Nobody is held back. */
export const UNGOVERNED: Governor = {
  rateOf: () => null,
  most: null,
  lateMs: null,
  adapted,
  admits: (most) => most,
};

export function governorOf(seed: number, isCalm: boolean): Governor {
  const chance = chanceOf(`governor ${seed}`);
  const rate: CallRate | null = chance.is(0.4)
    ? { callsMost: chance.between(1, 8), otherwise: isCalm ? "wait" : chance.one(OTHERWISE) }
    : null;
  const limited = chance.one(["reader", "keeper", "clerk", "sender"]);
  const most = chance.is(0.5) ? chance.between(1, 8) : null;
  const isAdaptive = most !== null && chance.is(0.6);
  const late = chance.apart("late");
  return {
    ...UNGOVERNED,
    rateOf: (agent) => (agent === limited ? rate : null),
    most,
    lateMs: isAdaptive
      ? () => (late.is(0.3) ? late.between(250, 5_000) : late.between(0, 249))
      : null,
  };
}

export const OTHERWISE = ["wait", "skip", "error"] as const;
