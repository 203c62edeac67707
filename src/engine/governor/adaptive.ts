import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * How many attempts may be in flight in a process whose event loop is late: half of those that are, at
 * each look that finds it so; one more at each that does not, while something waits for it; all again
 * when nothing does. A machine that has too much to do shows in the same delay: its processes get
 * their turns late.
 */
export type Adaptive = { readonly close: () => void };

export type Limited = { readonly from: number; readonly to: number; readonly why: string };

type Given = {
  /** The limit of quiet times. */
  readonly most: number;
  readonly inFlight: () => number;
  /** Something waits for a share of what is in flight. */
  readonly isFull: () => boolean;
  readonly limited: (change: Limited) => void;
};

const LOOK_MS = 1_000;
const LATE_MS = 250;

export function openAdaptive(given: Given): Adaptive {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let limit = given.most;
  const timer = setInterval(() => {
    const lateMs = Math.round(delay.max / 1e6);
    delay.reset();
    const change = adapted(limit, lateMs, given);
    if (change === null) return;
    limit = change.to;
    given.limited(change);
  }, LOOK_MS).unref();
  return {
    close: () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}

/** @returns null where the limit stays */
export function adapted(
  from: number,
  lateMs: number,
  { most, inFlight, isFull }: Pick<Given, "most" | "inFlight" | "isFull">,
): Limited | null {
  if (lateMs >= LATE_MS) {
    const to = Math.max(1, Math.floor(Math.min(from, inFlight()) / 2));
    const why = `The event loop was late by ${lateMs} ms, with ${inFlight()} attempts in flight.`;
    return to < from && inFlight() > 0 ? { from, to, why } : null;
  }
  if (from >= most) return null;
  const to = isFull() ? from + 1 : most;
  return { from, to, why: `The event loop is late by ${lateMs} ms at most.` };
}
