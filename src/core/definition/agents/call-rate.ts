import type { Report } from "../reading/report.ts";

/** How often something may be asked, and what follows when it is asked more often. */
export type CallRate = {
  /** In any minute. */
  readonly callsMost: number;
  /** wait: it is asked later; skip: the step is left out; error: the attempt is refused as `api_rate_limit`. */
  readonly otherwise: "wait" | "skip" | "error";
};

/** As authors write it, of a run or of an agent. */
export type CallRateSource = {
  readonly max_calls_per_minute?: number;
  readonly rate_limit_strategy?: CallRate["otherwise"];
};

/** @returns null where nothing is limited */
export function readCallRate(
  said: CallRateSource | undefined,
  { path, report }: { readonly path: readonly string[]; readonly report: Report },
): CallRate | null {
  const { max_calls_per_minute: callsMost, rate_limit_strategy: otherwise = "wait" } = said ?? {};
  if (callsMost !== undefined) return { callsMost, otherwise };
  if (said?.rate_limit_strategy !== undefined)
    report.add({
      code: "missing-key",
      message: "It says what follows when there are too many calls, and not how many are too many.",
      mend: "Write max_calls_per_minute beside it, or take it out.",
      path: [...path, "rate_limit_strategy"],
      key: true,
    });
  return null;
}
