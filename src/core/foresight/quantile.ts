/** The value below which this share of the values lies; 0 of none. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[at] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
