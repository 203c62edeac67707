import type { Append, Appended, Log } from "./store/index.ts";

/**
 * Told of each batch that the log was given, what became of it, and how long that took. It is on the way
 * of every step: it looks at what it must, and leaves the rest for later.
 */
export type Observer = (
  batch: readonly Append[],
  results: readonly Appended[],
  tookMs: number,
) => void;

/** The same log; whoever reads what happens need not read it back from the disk. */
export function observed(log: Log, told: Observer): Log {
  return {
    ...log,
    async append(batch) {
      const begun = performance.now();
      const results = await log.append(batch);
      told(batch, results, performance.now() - begun);
      return results;
    },
  };
}
