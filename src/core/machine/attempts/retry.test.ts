import {
  assert,
  boolean,
  constantFrom,
  double,
  integer,
  property,
  record,
  string,
} from "fast-check";
import { describe, expect, test } from "vitest";
import type { Retry } from "../../definition/index.ts";
import { failure } from "../failure.ts";
import { BACKOFF_MS_MOST, backoffMs, names } from "./retry.ts";

const retries = record<Retry>({
  attemptsMost: integer({ min: 1, max: 100 }),
  backoff: constantFrom("exponential", "linear", "fixed"),
  firstMs: integer({ min: 0, max: 3_600_000 }),
  mostMs: integer({ min: 0, max: 10 * BACKOFF_MS_MOST }),
  jitter: boolean(),
  on: constantFrom([]),
});
const tries = integer({ min: 1, max: 1_000 });
const error = failure("network_timeout", "");

describe("the wait before another attempt", () => {
  test("M7 is never longer than the file says, nor than a day", () => {
    assert(
      property(retries, tries, string(), (retry, at, seed) => {
        const wait = backoffMs(retry, at, { seed, error });
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.min(retry.mostMs, BACKOFF_MS_MOST));
      }),
    );
  });

  test("is at least half of what it grew to, and the same for the same run, path and attempt", () => {
    assert(
      property(retries, tries, string(), (retry, at, seed) => {
        const whole = backoffMs({ ...retry, jitter: false }, at, { seed, error });
        const wait = backoffMs(retry, at, { seed, error });
        expect(wait).toBeGreaterThanOrEqual(Math.floor(whole / 2));
        expect(backoffMs(retry, at, { seed, error })).toBe(wait);
      }),
    );
  });

  test("spreads steps that failed together", () => {
    const retry: Retry = {
      attemptsMost: 3,
      backoff: "fixed",
      firstMs: 60_000,
      mostMs: 60_000,
      jitter: true,
      on: [],
    };
    const waits = Array.from({ length: 1_000 }, (_, at) =>
      backoffMs(retry, 1, { seed: `wf_example/mail[${at}]`, error }),
    );
    const quarters = [0, 0, 0, 0];
    for (const wait of waits) quarters[Math.min(3, Math.floor((wait - 30_000) / 7_500))]! += 1;
    for (const count of quarters) expect(count).toBeGreaterThan(150);
  });

  test("is never before the agent may be asked again, whatever number it wrote, and never after a day for that", () => {
    assert(
      property(retries, tries, double(), (retry, at, retryAfterMs) => {
        const wait = backoffMs(retry, at, { seed: "a", error: { ...error, retryAfterMs } });
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(
          Math.round(Math.min(retryAfterMs || 0, BACKOFF_MS_MOST)),
        );
        expect(wait).toBeLessThanOrEqual(BACKOFF_MS_MOST);
      }),
      {
        examples: [
          [
            { attemptsMost: 3, backoff: "fixed", firstMs: 1, mostMs: 1, jitter: false, on: [] },
            1,
            Number.NaN,
          ],
        ],
      },
    );
  });
});

describe("a list of errors, as an author writes it", () => {
  test("names them by class, by class and the word error, and by kind", () => {
    for (const name of ["transient", "transient_error", "network_timeout"])
      expect(names([name], error)).toBe(true);
    for (const name of ["permanent", "timeout", "error", ""])
      expect(names([name], error)).toBe(false);
  });
});
