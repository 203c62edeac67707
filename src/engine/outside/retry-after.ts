import { parseDuration } from "../../core/definition/index.ts";

/** Longer than this nobody is asked to wait. */
export const RETRY_AFTER_MS_MOST: number = 7 * 24 * 3_600_000;

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
  const parsed = parseDuration(/^\s*[\d.]+\s*$/.test(seconds) ? Number(seconds) : seconds);
  return parsed.ok ? bounded(parsed.ms) : null;
}

function bounded(ms: number): number | null {
  return Number.isFinite(ms) && ms >= 0 ? Math.min(Math.ceil(ms), RETRY_AFTER_MS_MOST) : null;
}
