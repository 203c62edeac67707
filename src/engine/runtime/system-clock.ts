import type { Clock } from "./runtime.ts";

/** The longest that Node's own timer waits for; a longer wait is asked again. */
const TIMER_MS_MOST = 2_147_483_647;

/** The machine's own clock and event loop. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), TIMER_MS_MOST));
    return () => clearTimeout(timer);
  },
  soon: (call) => {
    setImmediate(call);
  },
};
