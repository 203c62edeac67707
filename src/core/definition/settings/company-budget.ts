import type { z } from "zod";
import type { Amounts } from "../../amounts.ts";
import { instantOf } from "../../instant.ts";
import { closed } from "../reading/closed-shape.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { CompanyBudgetSource } from "../workflow-source.ts";
import { amountsOf } from "./budget.ts";
import { usageEstimateShape } from "./budget-shape.ts";

/** What all runs of a company may use together. Days and months are those of UTC. */
export type CompanyBudget = { readonly [Per in Period]?: Amounts };

type Period = "day" | "month" | "total";

export const companyBudgetShape: z.ZodType<CompanyBudgetSource> = closed<CompanyBudgetSource>({
  day: usageEstimateShape.describe("In one day, of UTC."),
  month: usageEstimateShape.describe("In one month, of UTC."),
  total: usageEstimateShape.describe("Ever."),
});

export function readCompanyBudget(
  source: CompanyBudgetSource | undefined,
  context: { readonly path: ValuePath; readonly report: Report },
): CompanyBudget {
  const budget: Record<string, Amounts> = {};
  for (const per of PERIODS) {
    const said = source?.[per];
    if (said === undefined) continue;
    budget[per] = amountsOf(said, { ...context, path: [...context.path, per] });
  }
  return budget;
}

const PERIODS: readonly Period[] = ["day", "month", "total"];

/** The accounts that limit what begins at a moment: one for each unit and period that has a limit. */
export function accountsAt(budget: CompanyBudget, at: number): readonly AccountLimit[] {
  if (PERIODS.every((per) => budget[per] === undefined)) return NO_LIMITS;
  const instant = instantOf(at);
  const periods = { day: instant.slice(0, 10), month: instant.slice(0, 7), total: "" };
  return PERIODS.flatMap((per) =>
    Object.entries(budget[per] ?? {}).map(([unit, most]) => ({
      name: `${unit} ${per} ${periods[per]}`.trimEnd(),
      unit,
      most,
    })),
  );
}

type AccountLimit = { readonly name: string; readonly unit: string; readonly most: number };
const NO_LIMITS: readonly AccountLimit[] = [];
