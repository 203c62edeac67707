/** How often something took how long, in seconds. */
export type Buckets = {
  readonly bounds: readonly number[];
  /** How many up to each bound and above the one before; the last is above all. */
  readonly counts: number[];
  sum: number;
  count: number;
};

export function newBuckets(bounds: readonly number[]): Buckets {
  return { bounds, counts: [...bounds.map(() => 0), 0], sum: 0, count: 0 };
}

export function note(buckets: Buckets, seconds: number): void {
  const { bounds, counts } = buckets;
  let at = 0;
  while (at < bounds.length && seconds > (bounds[at] ?? 0)) at += 1;
  counts[at] = (counts[at] ?? 0) + 1;
  buckets.sum += seconds;
  buckets.count += 1;
}
