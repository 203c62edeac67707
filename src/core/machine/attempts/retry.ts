import type { Retry } from "../../definition/index.ts";
import type { Failure } from "../failure.ts";

/** No wait between two attempts is longer, whatever an author or an agent says. */
export const BACKOFF_MS_MOST: number = 24 * 3_600_000;

/**
 * How long to wait before the next attempt. The spread keeps steps that failed together from coming
 * back together; it is a hash, so that a replay draws the same.
 *
 * @param tries attempts so far, from 1
 * @returns milliseconds: from half to all of the grown wait, never above `retry.mostMs`, never
 *   before the agent said it may be asked again; never throws
 * @see "equal jitter" in Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015
 */
export function backoffMs(
  retry: Retry,
  tries: number,
  of: { readonly seed: string; readonly error: Failure },
): number {
  const grown =
    retry.backoff === "exponential"
      ? retry.firstMs * 2 ** Math.min(tries - 1, 40)
      : retry.backoff === "linear"
        ? retry.firstMs * tries
        : retry.firstMs;
  const most = Math.min(grown, retry.mostMs, BACKOFF_MS_MOST);
  const wait = retry.jitter ? most / 2 + (most / 2) * chance(`${of.seed}#${tries}`) : most;
  return Math.round(Math.max(wait, asked(of.error)));
}

/** What the agent itself asks for, whatever number it wrote. */
function asked({ retryAfterMs = 0 }: Failure): number {
  return Number.isNaN(retryAfterMs) ? 0 : Math.min(retryAfterMs, BACKOFF_MS_MOST);
}

/** Whether a list of classes and kinds, as authors write them, names this error. */
export function names(on: readonly string[], error: Failure): boolean {
  return on.some(
    (one) => one === error.class || one === error.kind || one === `${error.class}_error`,
  );
}

/** 0 to 1, the same for the same seed: FNV-1a. */
function chance(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}
