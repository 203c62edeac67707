/** Longer than this nobody is asked to wait. */
export const RETRY_AFTER_MS_MOST: number = 7 * 24 * 3_600_000;

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1_000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 24 * 3_600_000],
];

/**
 * How long an agent asks to be left alone.
 *
 * @param seconds `retryAfter`: seconds, or a text as "30", "5s", "2 minutes"
 * @param ms      `retryAfterMs`, which goes before
 * @returns whole milliseconds, at most `RETRY_AFTER_MS_MOST`; null where neither can be read
 */
export function retryAfterMs(seconds: unknown, ms: unknown): number | null {
  if (typeof ms === "number") return bounded(ms);
  if (typeof seconds === "number") return bounded(seconds * 1_000);
  if (typeof seconds !== "string") return null;
  const [, amount, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(seconds) ?? [];
  if (amount === undefined) return null;
  if (unit === "") return bounded(Number(amount) * 1_000);
  const known = UNITS.find(([name]) => name.test(unit.toLowerCase()));
  return known === undefined ? null : bounded(Number(amount) * known[1]);
}

function bounded(ms: number): number | null {
  return Number.isFinite(ms) && ms >= 0 ? Math.min(Math.ceil(ms), RETRY_AFTER_MS_MOST) : null;
}
