import { type Amounts, isCurrency, NO_AMOUNTS, parseMoney, sayAmount } from "../../amounts.ts";
import { ownOf } from "../../own.ts";
import type { UsageEstimateSource } from "../agents/agent-source.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { MoneySource, StepBudgetSource } from "../steps/step-source.ts";
import { durationMs } from "../types/duration-value.ts";
import type { Budget, StepBudget } from "../workflow.ts";
import type { WorkflowSource } from "../workflow-source.ts";

/** The limits that settings name, for runs and for steps that say nothing themselves. */
export type Budgets = {
  readonly run: Budget | null;
  readonly perStep: Amounts;
};

/** Budgets of `resource_config` and `resource_limits`: of two totals the least wins. */
export function readBudgets(source: Partial<WorkflowSource>, report: Report): Budgets {
  const config = source.resource_config ?? {};
  const { token_budget: tokens, money_budget: money, api_limits: api } = config;
  const limit = source.resource_limits?.token_budget;
  const path = ["resource_config", "money_budget"];
  const moneyOf = (key: keyof NonNullable<typeof money>): Amounts =>
    amountsOf({ money: money?.[key] }, { path: [...path, key], report });
  const said = [tokens?.total, limit].filter((one) => one !== undefined);
  const total = {
    ...tokensOf(said.length === 0 ? undefined : Math.min(...said)),
    ...(api?.max_calls === undefined ? {} : { calls: api.max_calls }),
    ...moneyOf("total"),
  };
  const perStep = { ...tokensOf(tokens?.per_step_max), ...moneyOf("per_step_max") };
  const reserved = {
    ...tokensOf(tokens?.reserved_for_error_handling),
    ...moneyOf("reserved_for_error_handling"),
  };
  checkAgainst(total, { perStep, reserved }, report);
  const hasOne = Object.keys(total).length + Object.keys(perStep).length > 0;
  const onExceeded = config.on_budget_exceeded ?? "refuse";
  return { run: hasOne ? { total, reserved, onExceeded } : null, perStep };
}

/** A step's own budget goes before what holds for every step. */
export function readStepBudget(
  source: StepBudgetSource | undefined,
  budgets: Budgets,
  context: { readonly path: ValuePath; readonly report: Report },
): StepBudget | null {
  const own = source === undefined ? NO_AMOUNTS : amountsOf(source, context);
  const most = { ...budgets.perStep, ...own };
  const timeMs = durationMs(source?.time, {
    ...context,
    path: [...context.path, "time"],
    leastMs: 1,
  });
  checkOwn(own, budgets.run?.total ?? NO_AMOUNTS, context);
  if (source === undefined && Object.keys(most).length === 0) return null;
  return { most, timeMs, onExceeded: source?.on_exceeded ?? null };
}

/** A step that may use more than the whole run, or money in another currency, is a mistake. */
function checkOwn(
  own: Amounts,
  total: Amounts,
  { path, report }: { readonly path: ValuePath; readonly report: Report },
): void {
  for (const [unit, amount] of Object.entries(own)) {
    const at = [...path, isCurrency(unit) ? "money" : unit];
    const most = ownOf(total, unit);
    if (most === undefined) checkCurrency([unit], total, { report, path: at });
    else if (amount > most)
      report.add({
        code: "impossible-limit",
        message: `The step may use ${sayAmount(unit, amount)}, and the whole run only ${sayAmount(unit, most)}.`,
        mend: "Lower the step's budget, or raise that of the run.",
        path: at,
      });
  }
}

/** Amounts by unit as an author writes them. */
export function amountsOf(
  source: Omit<UsageEstimateSource, "money"> & { readonly money?: MoneySource | undefined },
  context: { readonly path: ValuePath; readonly report: Report },
): Amounts {
  const { tokens, calls, money } = source;
  const amounts: Record<string, number> = {};
  if (tokens !== undefined) amounts["tokens"] = tokens;
  if (calls !== undefined) amounts["calls"] = calls;
  if (money === undefined) return amounts;
  const read = parseMoney(typeof money === "string" ? money : textOf(money));
  if (read !== null) return { ...amounts, [read.unit]: read.micros };
  context.report.add({
    code: "wrong-value",
    message: "This is no amount of money with at most six places behind the point.",
    mend: "Write the currency and the amount: USD 5.00.",
    path: context.path,
  });
  return amounts;
}

function textOf({ amount, currency }: Exclude<MoneySource, string>): string {
  const digits = String(amount);
  return `${currency} ${digits.includes("e") ? amount.toFixed(6) : digits}`;
}

function tokensOf(tokens: number | undefined): Amounts {
  return tokens === undefined ? NO_AMOUNTS : { tokens };
}

/** Money of two currencies is never compared: a second one would be a budget that holds nothing back. */
function checkAgainst(total: Amounts, parts: Parts, report: Report): void {
  for (const part of ["perStep", "reserved"] as const) {
    for (const [unit, amount] of Object.entries(parts[part])) {
      const block = isCurrency(unit) ? "money_budget" : "token_budget";
      const path = ["resource_config", block, KEYS[part]];
      const most = ownOf(total, unit);
      if (most !== undefined && amount > most)
        report.add({
          code: "impossible-limit",
          message: `"${KEYS[part]}" is more than the whole budget of ${sayAmount(unit, most)}.`,
          mend: "Raise total, or lower this one.",
          path,
        });
      if (most !== undefined || checkCurrency([unit], total, { report, path })) continue;
      if (part === "reserved")
        report.add({
          code: "impossible-limit",
          message: "Something is kept back for error handling, of a budget that has no total.",
          mend: "Write total beside it, or take this out.",
          path,
        });
    }
  }
}

type Parts = { readonly perStep: Amounts; readonly reserved: Amounts };
const KEYS = { perStep: "per_step_max", reserved: "reserved_for_error_handling" } as const;

function checkCurrency(
  units: readonly string[],
  total: Amounts,
  { report, path }: { readonly report: Report; readonly path: ValuePath },
): boolean {
  const known = Object.keys(total).find(isCurrency);
  const other = units.find((unit) => isCurrency(unit) && known !== undefined && unit !== known);
  if (other === undefined) return false;
  report.add({
    code: "wrong-value",
    message: `This is ${other}, and the run's budget is in ${known ?? ""}: amounts of two currencies are never set against each other.`,
    mend: `Write it in ${known ?? ""}.`,
    path,
  });
  return true;
}
