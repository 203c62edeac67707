import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { Clock } from "./runtime.ts";

/**
 * A clock that stands still until it is told to go on. Nothing waits in real time: a timer of three
 * weeks is due as soon as the clock is moved there.
 */
export type VirtualClock = Clock & {
  /** Until nothing more happens at this moment. */
  readonly settle: () => Promise<void>;
  /** Goes on by so many milliseconds, and does on the way what is due, in order. */
  readonly advance: (ms: number) => Promise<void>;
  /** Goes on without doing anything on the way, as the clock of a machine that was off. */
  readonly skip: (ms: number) => void;
  /** Goes on to the next moment at which something is due; false when there is none. */
  readonly toNext: () => Promise<boolean>;
};

type Timer = { readonly due: number; readonly order: number; readonly call: () => void };

type State = { now: number; order: number; timers: Timer[]; turns: (() => void)[] };

/** Empty turns of the event loop after which a promise that was answered has been heard. */
const QUIET_TURNS = 2;

/** @param start milliseconds since 1970; the first moment of 2026 unless given */
export function virtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  const state: State = { now: start, order: 0, timers: [], turns: [] };
  return {
    now: () => state.now,
    after: (ms, call) => {
      state.order += 1;
      const timer = { due: state.now + Math.max(0, ms), order: state.order, call };
      state.timers.push(timer);
      return () => drop(state, timer);
    },
    soon: (call) => {
      state.turns.push(call);
    },
    settle: () => settle(state),
    advance: (ms) => goTo(state, state.now + ms),
    skip: (ms) => {
      state.now += ms;
      state.timers = [];
    },
    toNext: async () => {
      await settle(state);
      const next = soonest(state);
      if (next !== null) await goTo(state, next.due);
      return next !== null;
    },
  };
}

async function settle(state: State): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
    await turnOfLoop();
    if (state.turns.length === 0) continue;
    quiet = -1;
    const calls = state.turns;
    state.turns = [];
    for (const call of calls) call();
  }
}

async function goTo(state: State, until: number): Promise<void> {
  await settle(state);
  for (let next = soonest(state); next !== null && next.due <= until; next = soonest(state)) {
    state.now = Math.max(state.now, next.due);
    drop(state, next);
    next.call();
    await settle(state);
  }
  state.now = Math.max(state.now, until);
}

function soonest(state: State): Timer | null {
  return state.timers.toSorted((a, b) => a.due - b.due || a.order - b.order).at(0) ?? null;
}

function drop(state: State, timer: Timer): void {
  state.timers = state.timers.filter((other) => other !== timer);
}
