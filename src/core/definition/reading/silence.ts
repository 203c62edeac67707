import type { z } from "zod";
import { closed, type Keys, longText } from "./closed-shape.ts";

/** What goes wrong with workflows, by the name under which an author silences advice on it. */
export const ANTI_PATTERNS = {
  "untyped-params": "No workflow validation",
  "no-checkpoints": "Missing checkpoints",
  "endless-retries": "Infinite retry loops",
  "no-concurrency-limit": "No concurrency limits",
  "no-budget": "Ignoring resource budgets",
  "one-at-a-time": "Synchronous execution only",
  "no-escalation": "No error escalation",
  "untyped-data": "Missing data flow validation",
  "no-monitoring": "No monitoring or alerting",
} as const;

/** What good workflows do, likewise. */
export const PRACTICES = {
  "too-much-in-one-step": "Atomic steps: one responsibility each",
  "not-repeatable": "Idempotency: steps that are safe to run again",
  "no-error-boundaries": "Error boundaries: critical and optional steps",
  "no-time-limit": "Resource planning: a time for the whole run",
  "no-fallback": "Provide fallbacks for critical steps",
  "too-many-notices": "Alert appropriately",
  "no-way-back": "Enable recovery: what is done can be undone",
  "limit-above-agent": "Limit concurrency to what there is",
  "not-cached": "Cache results that are asked for again",
} as const;

export type AdviceId = keyof typeof ANTI_PATTERNS | keyof typeof PRACTICES;

/** Advice that the author has heard, with the reason why it is not followed here. */
export type SilenceSource = { readonly [Id in AdviceId]?: string };

const reason = longText();

const keys = Object.fromEntries(
  Object.entries({ ...ANTI_PATTERNS, ...PRACTICES }).map(([id, about]) => [
    id,
    reason.describe(`${about}.`),
  ]),
) as Keys<SilenceSource>;

export const silenceShape: z.ZodType<SilenceSource> = closed<SilenceSource>(keys);
