import type { JsonObject } from "../../json.ts";

/** What is changed of a run while it goes on. */
export type Amendment = {
  readonly params?: JsonObject;
  readonly limits?: AmendedLimits;
};

/** Limits of a run that go before those of its definition. */
export type AmendedLimits = {
  /** Attempts in flight at once. */
  readonly concurrencyMost?: number;
  /** Since it was accepted, without pauses; null is: no limit. */
  readonly totalTimeoutMs?: number | null;
  /** Attempts of one step in all. */
  readonly attemptsMost?: number;
};
