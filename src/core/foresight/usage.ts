import { type Amounts, CURRENCY_DEFAULT, NO_AMOUNTS } from "../amounts.ts";
import type { Usage } from "../machine/index.ts";

/** What an answer says it used, by unit. */
export function amountsOf(usage: Usage | undefined): Amounts {
  if (usage === undefined) return NO_AMOUNTS;
  const { tokens, calls, costMicros, currency = CURRENCY_DEFAULT } = usage;
  return {
    ...(tokens ? { tokens } : {}),
    ...(calls ? { calls } : {}),
    ...(costMicros ? { [currency]: costMicros } : {}),
  };
}
