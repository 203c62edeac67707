import { z } from "zod";
import { MONEY_PATTERN } from "../../amounts.ts";
import type { UsageEstimateSource } from "../agents/agent-source.ts";
import type { CallRateSource } from "../agents/call-rate.ts";
import { closed, duration, either, type Keys, oneOf, whole } from "../reading/closed-shape.ts";
import type { MoneySource, OnExceededSource, StepBudgetSource } from "../steps/step-source.ts";

/** No budget is of more tokens or calls: a thousand million. */
export const COUNT_MOST = 1_000_000_000;
/** No budget is of more money, in whole units of its currency. */
const MONEY_MOST = 100_000_000;

const CURRENCY = "a currency of three letters such as USD";
const MONEY = "an amount of money such as USD 5.00, or a map with amount and currency";

export const moneyShape: z.ZodType<MoneySource> = either(
  [
    z.string().regex(MONEY_PATTERN, { error: MONEY }),
    closed<Exclude<MoneySource, string>>(
      {
        amount: z.number({ error: "an amount" }).min(0).max(MONEY_MOST),
        currency: z.string({ error: CURRENCY }).regex(/^[A-Za-z]{3}$/, { error: CURRENCY }),
      },
      ["amount", "currency"],
    ),
  ],
  MONEY,
);

export const onExceededShape: z.ZodType<OnExceededSource> = oneOf([
  "refuse",
  "wait",
  "ask",
]).describe(
  "What follows when an attempt does not fit: refuse (the default) fails the step with `budget_exceeded`, wait waits until money comes back or the budget is raised, ask asks a person.",
);

export const callRateKeys: Keys<CallRateSource> = {
  max_calls_per_minute: whole(1, COUNT_MOST).describe("Attempts that may begin in any minute."),
  rate_limit_strategy: oneOf(["wait", "skip", "error"]).describe(
    "What follows when it would be more: wait (the default) begins it later, skip leaves the step out, error refuses the attempt with `api_rate_limit`.",
  ),
};

const amountKeys: Keys<UsageEstimateSource> = {
  tokens: whole(0, COUNT_MOST).describe("Tokens."),
  money: moneyShape.describe("Money, with its currency."),
  calls: whole(0, COUNT_MOST).describe(
    "Calls of an interface; an attempt is one unless its agent says more.",
  ),
};

export const usageEstimateShape: z.ZodType<UsageEstimateSource> = closed(amountKeys);

export const stepBudgetShape: z.ZodType<StepBudgetSource> = closed<StepBudgetSource>({
  ...amountKeys,
  time: duration().describe(
    "Of all attempts together, each from when it is given out until it is answered.",
  ),
  on_exceeded: onExceededShape,
});
