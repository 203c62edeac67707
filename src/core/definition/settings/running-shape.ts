import type { z } from "zod";
import {
  CONCURRENCY_MOST,
  closed,
  duration,
  type Keys,
  listOf,
  oneOf,
  truth,
  whole,
  word,
} from "../reading/closed-shape.ts";
import type { RetrySource, StrategySource } from "../steps/step-source.ts";

export const ATTEMPTS_MOST = 100;

export const executionShape: z.ZodType<"sequential" | "parallel" | "mixed"> = oneOf([
  "sequential",
  "parallel",
  "mixed",
]).describe(
  "How its steps follow one another. sequential (the default): one after another, as written. parallel and mixed: at once, except that a step waits for those whose outputs it reads, and for those in its `after`.",
);

export const concurrencyShape: z.ZodType<number> = whole(1, CONCURRENCY_MOST).describe(
  "How many may be in flight at once, 1 to 20. Of all limits that apply the least wins; a run has 5 unless it says otherwise.",
);

export const strategyShape: z.ZodType<StrategySource> = oneOf([
  "fail_immediately",
  "retry_with_backoff",
  "retry_with_fallback",
  "degradable",
  "continue_with_warning",
  "halt_and_escalate",
]).describe(
  "What an error leads to. Unsaid, the class of the error decides: transient is retried, permanent fails, degradable goes on with a warning, critical halts and asks a person. continue_with_warning is another name of degradable.",
);

const retryKeys: Keys<RetrySource> = {
  enabled: truth().describe("false: one attempt, no retry."),
  max_attempts: whole(1, ATTEMPTS_MOST).describe("Attempts in all; 1 is no retry. Default 3."),
  backoff: oneOf(["exponential", "linear", "fixed"]).describe(
    "How the wait grows. Default exponential.",
  ),
  initial_delay: duration().describe("The first wait. Default 5s."),
  max_delay: duration().describe("The longest wait. Default 60s."),
  jitter: truth().describe("Whether waits are spread by chance. Default true."),
  retry_on: listOf(
    word("a class or kind of error"),
    "a list of classes or kinds of error",
  ).describe(
    "Classes (transient, permanent, degradable, critical) and kinds (network_timeout, api_rate_limit, …) of error that are tried again. Unsaid, the built-in table decides.",
  ),
};

export const retryShape: z.ZodType<RetrySource> = closed(retryKeys);
