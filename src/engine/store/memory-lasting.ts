import type { Digest } from "../../core/id.ts";
import type { Append, Claim, Log } from "./log.ts";
import { RESULTS_MOST, type Result } from "./results.ts";

/** What runs leave to others: what they used, and what they gave. */
export type Lasting = {
  /** What is used and set aside, by account. */
  readonly accounts: Map<string, number>;
  /** In the order in which they were kept. */
  readonly results: Map<Digest, Result & { readonly until: number }>;
};

export function lastingOf({ accounts, results }: Lasting): Pick<Log, "account" | "result"> {
  return {
    account: (name) => accounts.get(name) ?? 0,
    result: (digest, now) => {
      const kept = results.get(digest);
      if (kept === undefined || kept.until <= now) return null;
      const { run, path, output } = kept;
      return { run, path, output };
    },
  };
}

export function keepResults({ results }: Lasting, { stream, results: more = [] }: Append): void {
  for (const { digest, path, output, until } of more) {
    results.delete(digest);
    results.set(digest, { run: stream, path, output, until });
    const [oldest] = results.keys();
    if (results.size > RESULTS_MOST && oldest !== undefined) results.delete(oldest);
  }
}

/** One who gives back, or has used it already, is never refused. */
export function isCovered({ amount, most }: Claim, held: number): boolean {
  return most === null || amount <= 0 || held + amount <= most;
}
