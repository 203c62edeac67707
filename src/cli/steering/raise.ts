import { type Amounts, parseMoney } from "../../core/amounts.ts";
import { parseDuration } from "../../core/definition/index.ts";
import { exceptionsOf } from "../../core/history/index.ts";
import type { Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { EXIT } from "../exit.ts";
import { finish } from "../following/finish.ts";
import { readHistory } from "../following/read-history.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { withRun } from "../with-run.ts";

type Raise = {
  readonly amounts: readonly string[];
  readonly why: string;
  readonly step?: string;
  readonly wait: boolean;
};

/** `muster runs raise RUN tokens=20000 --why WHY`: what waited for it goes on, at once or with the next command. */
export async function runsRaise(context: Context, name: string, raise: Raise): Promise<number> {
  const amounts = amountsIn(raise.amounts);
  if ("code" in amounts) return refuse(context, [amounts as Problem]);
  const step = raise.step === undefined ? {} : { step: raise.step };
  const told = { type: "raise", amounts: amounts as Amounts, why: raise.why, ...step } as const;
  return await tell(context, name, { told, wait: raise.wait });
}

/** `muster runs deny RUN --step PATH --why WHY`: the step that asked for more fails. */
export async function runsDeny(
  context: Context,
  name: string,
  deny: { readonly step: string; readonly why: string; readonly wait: boolean },
): Promise<number> {
  const told = { type: "deny", path: deny.step, why: deny.why } as const;
  return await tell(context, name, { told, wait: deny.wait });
}

async function tell(
  context: Context,
  name: string,
  { told, wait }: { readonly told: Told; readonly wait: boolean },
): Promise<number> {
  return await withRun(context, { name, perform: true, begin: wait }, async (company, run) => {
    const before = await readHistory(company, run);
    const problems = await company.send(run, told, { by: context.surroundings.person });
    if (problems.length > 0) return refuse(context, problems);
    if (wait) return await finish(context, company, { run, shownFrom: before.seq });
    const open = exceptionsOf(await readHistory(company, run)).length;
    if (!context.terminal.json)
      context.terminal.side.line(`Recorded. ${run} has ${open} open exceptions.`);
    return EXIT.done;
  });
}

/** `tokens=20000 money="USD 2.00" time=10m`, by unit. */
function amountsIn(words: readonly string[]): Amounts | Problem {
  const amounts: Record<string, number> = {};
  for (const word of words) {
    const at = word.indexOf("=");
    const read = at < 0 ? null : amountIn(word.slice(0, at), word.slice(at + 1));
    if (read === null)
      return {
        code: "bad-input",
        message: `"${word}" is no amount to raise a budget by.`,
        mend: 'Write tokens=20000, calls=50, money="USD 2.00" or time=10m.',
      };
    amounts[read.unit] = (amounts[read.unit] ?? 0) + read.amount;
  }
  return amounts;
}

function amountIn(
  name: string,
  text: string,
): { readonly unit: string; readonly amount: number } | null {
  switch (name) {
    case "tokens":
    case "calls":
      return /^\d{1,12}$/.test(text) ? { unit: name, amount: Number(text) } : null;
    case "money": {
      const money = parseMoney(text);
      return money === null ? null : { unit: money.unit, amount: money.micros };
    }
    case "time": {
      const parsed = parseDuration(/^\d+$/.test(text) ? Number(text) : text);
      return parsed.ok ? { unit: "ms", amount: parsed.ms } : null;
    }
    default:
      return null;
  }
}
