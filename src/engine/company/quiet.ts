import type { Runtime } from "../runtime/index.ts";

/** So long after something was in flight more of it may come: the next run of a row, the next request. */
const QUIET_MS = 10;

/** Resolves when nothing is in flight, and nothing was a moment ago: then those who read the log are in nobody's way. */
export async function quiet(runtime: Pick<Runtime, "idle">): Promise<void> {
  do {
    await runtime.idle();
    await new Promise<void>((resolve) => setTimeout(resolve, QUIET_MS));
  } while (!(await isIdleNow(runtime)));
}

function isIdleNow(runtime: Pick<Runtime, "idle">): Promise<boolean> {
  const { promise: busy, resolve } = Promise.withResolvers<false>();
  setImmediate(() => resolve(false));
  return Promise.race([runtime.idle().then(() => true), busy]);
}
