import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../engine/runtime/index.ts";

/**
 * A clock that stands still until it is told to go on. Nothing waits in real time: a timer of three
 * weeks is due as soon as the clock is moved there.
 */
export type VirtualClock = Clock & {
  /** Until nothing more happens at this moment. */
  readonly settle: () => Promise<void>;
  /** Goes on by so many milliseconds, and does on the way what is due, in order. */
  readonly advance: (ms: number) => Promise<void>;
  /** Goes on to the next moment at which something is due; false when there is none. */
  readonly toNext: () => Promise<boolean>;
};

/** Two empty turns of the event loop: a promise that was answered has been heard by then. */
const QUIET_TURNS = 2;

export function virtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let order = 0;
  let waiting: { readonly due: number; readonly order: number; readonly call: () => void }[] = [];
  let turns: (() => void)[] = [];

  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      await turn();
      if (turns.length === 0) continue;
      quiet = -1;
      const calls = turns;
      turns = [];
      for (const call of calls) call();
    }
  };

  const soonest = () =>
    waiting.toSorted((a, b) => a.due - b.due || a.order - b.order).at(0) ?? null;

  const goTo = async (until: number): Promise<void> => {
    await settle();
    for (let next = soonest(); next !== null && next.due <= until; next = soonest()) {
      const { call } = next;
      now = Math.max(now, next.due);
      waiting = waiting.filter((entry) => entry !== next);
      call();
      await settle();
    }
    now = Math.max(now, until);
  };

  return {
    now: () => now,
    after: (ms, call) => {
      order += 1;
      const entry = { due: now + Math.max(0, ms), order, call };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    soon: (call) => {
      turns.push(call);
    },
    settle,
    advance: (ms) => goTo(now + ms),
    toNext: async () => {
      await settle();
      const next = soonest();
      if (next !== null) await goTo(next.due);
      return next !== null;
    },
  };
}
