import { get } from "../machine/index.ts";
import type { History } from "./history.ts";

/**
 * Expected work, counted in tasks, gates, waits and sub-runs. `done` never falls; `percent` falls
 * only when there turns out to be more to do: the items of an `each`, one more round of a `repeat`.
 */
export type Progress = {
  readonly done: number;
  readonly expected: number;
  /** 0 to 100, rounded down; of a run 100 only when it has completed. */
  readonly percent: number;
};

export function progressOf(history: History): Progress {
  const root = get(history.records, "");
  const counted = progress(root?.done ?? 0, root?.expected ?? 0);
  // A run that turned out to have nothing to do is done all the same; one that failed never is,
  // although nothing more is expected of it.
  const percent = history.outcome === "completed" ? 100 : Math.min(99, counted.percent);
  return { ...counted, percent };
}

export function progress(done: number, expected: number): Progress {
  return { done, expected, percent: expected === 0 ? 0 : Math.floor((100 * done) / expected) };
}

/** Below these an estimate would be a guess. */
const TELLING_PERCENT = 10;
const TELLING_MS = 2000;

/**
 * How long a run still takes if it goes on as it went so far.
 *
 * @returns milliseconds; null where nothing can be said: too early, waiting for a person, or ended
 */
export function timeLeftMs(history: History, now: number): number | null {
  const { acceptedAt, outcome, paused, counts } = history;
  const { done, expected, percent } = progressOf(history);
  if (acceptedAt === null || outcome !== null || paused || history.undoing) return null;
  if (counts.waiting > 0 && counts.inFlight === 0) return null;
  const elapsed = now - acceptedAt;
  if (percent < TELLING_PERCENT || elapsed < TELLING_MS) return null;
  return Math.round((elapsed * (expected - done)) / done);
}
