import type { BreakerDefinition } from "../../core/definition/index.ts";

/**
 * Leaves alone for a while what fails again and again. Closed, all goes through; opened by so many
 * failures within its window, and more of them than successes, nothing does until the pause is over;
 * then one is let through, and what becomes of it closes or opens the breaker again. It only refuses:
 * what follows is the run's to decide. Its state may be lost; what it refused is in the log.
 */
export type Breaker = {
  /** null: go on, and tell `left` what came of it. Else it is left alone. */
  readonly enter: () => Refusal | null;
  /** `neither`: it says nothing of how it is, such as an attempt that was stopped. */
  readonly left: (how: "well" | "badly" | "neither") => void;
  /** Until when nothing is asked of it, and why; null: it is asked. */
  readonly leftAlone: () => { readonly until: number; readonly why: string } | null;
  readonly state: () => "closed" | "open" | "half-open";
  /** Failures in the window now. */
  readonly failures: () => number;
};

export type Refusal = {
  /** Until it may be asked again; of one that is being tried just now, a guess. */
  readonly ms: number;
  /** How it came to that, as the end of a sentence. */
  readonly why: string;
};

/** A pause after a trial that failed is twice the one before, up to so many times the first. */
const PAUSE_GROWTH_MOST = 10;

type State = {
  /** When each failure in the window was, oldest first; at most as many as open it. */
  failures: number[];
  /** Successes since the oldest of them. */
  successes: number;
  /** When it may be tried again; null: it is closed. */
  until: number | null;
  pauseMs: number;
  isTried: boolean;
};

/** @param now milliseconds, of a clock that only grows */
export function openBreaker(definition: BreakerDefinition, now: () => number): Breaker {
  const state: State = {
    failures: [],
    successes: 0,
    until: null,
    pauseMs: definition.pauseMs,
    isTried: false,
  };
  return {
    enter: () => enter(state, now(), definition),
    left: (how) => {
      if (how === "well") well(state, now(), definition);
      else if (how === "badly") badly(state, now(), definition);
      else state.isTried = false;
    },
    leftAlone: () => {
      const { until } = state;
      return until === null || now() >= until ? null : { until, why: whyOf(definition) };
    },
    state: () => (state.until === null ? "closed" : now() < state.until ? "open" : "half-open"),
    failures: () => recent(state, now(), definition).length,
  };
}

function enter(state: State, at: number, definition: BreakerDefinition): Refusal | null {
  if (state.until === null) return null;
  const why = whyOf(definition);
  if (at < state.until) return { ms: state.until - at, why };
  if (state.isTried) return { ms: definition.pauseMs, why: `${why}, and is being tried again` };
  state.isTried = true;
  return null;
}

function whyOf({ failures }: BreakerDefinition): string {
  return `it failed ${failures} times in a short while`;
}

function well(state: State, at: number, definition: BreakerDefinition): void {
  if (state.until !== null && state.isTried) {
    Object.assign(state, { failures: [], successes: 0, until: null, isTried: false });
    state.pauseMs = definition.pauseMs;
  } else if (state.failures.length > 0 && recent(state, at, definition).length > 0)
    state.successes += 1;
}

function badly(state: State, at: number, definition: BreakerDefinition): void {
  if (state.until !== null) {
    // What was let through before it opened says nothing new.
    if (!state.isTried) return;
    state.isTried = false;
    state.pauseMs = Math.min(state.pauseMs * 2, definition.pauseMs * PAUSE_GROWTH_MOST);
    state.until = at + state.pauseMs;
    return;
  }
  const failures = [...recent(state, at, definition), at].slice(-definition.failures);
  state.failures = failures;
  if (failures.length < definition.failures || state.successes >= failures.length) return;
  state.until = at + state.pauseMs;
}

/** Those that the window still holds; when it holds none, the successes beside them are forgotten too. */
function recent(state: State, at: number, { windowMs }: BreakerDefinition): readonly number[] {
  const failures = state.failures.filter((one) => one > at - windowMs);
  if (failures.length === 0) state.successes = 0;
  state.failures = failures;
  return failures;
}
