import type { Digest, StreamId } from "../../../core/id.ts";
import { RESULTS_MOST, type Result } from "../keeping/results.ts";
import type { Append, Claim, Log } from "../log.ts";

/** What runs leave to others: what they used, and what they gave. */
export type Lasting = {
  /** What is used and set aside, by account. */
  readonly accounts: Map<string, number>;
  /** In the order in which they were kept. */
  readonly results: Map<Digest, Result & { readonly until: number }>;
  readonly names: Map<string, { readonly stream: StreamId; readonly until: number | null }>;
};

export function lastingOf({
  accounts,
  results,
  names,
}: Lasting): Pick<Log, "account" | "result" | "named"> {
  return {
    named: (name, now) => {
      const kept = names.get(name);
      return kept === undefined || (kept.until !== null && kept.until <= now) ? null : kept.stream;
    },
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

/** @param taken by those of the same batch that come first; where they are free, these are taken too */
export function areFree(
  { names }: Lasting,
  { stream, names: wanted = [], events }: Append,
  taken: Map<string, StreamId>,
): boolean {
  const now = events[0]?.at ?? 0;
  const free = wanted.every(({ name }) => {
    const before = taken.get(name);
    if (before !== undefined) return before === stream;
    const kept = names.get(name);
    if (kept === undefined || kept.stream === stream) return true;
    return kept.until !== null && kept.until <= now;
  });
  if (free) for (const { name } of wanted) taken.set(name, stream);
  return free;
}

export function keepNames({ names }: Lasting, { stream, names: more = [] }: Append): void {
  for (const { name, until } of more) names.set(name, { stream, until });
}

/** One who gives back, or has used it already, is never refused. */
export function isCovered({ amount, most }: Claim, held: number): boolean {
  return most === null || amount <= 0 || held + amount <= most;
}
