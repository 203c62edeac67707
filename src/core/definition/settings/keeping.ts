import type { z } from "zod";
import { closed, duration } from "../reading/closed-shape.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { DurationSource } from "../steps/step-source.ts";
import { durationMs } from "../types/duration-value.ts";

/** How long a company keeps its runs, as its map says it. */
export type KeepingSource = {
  readonly runs?: DurationSource;
  readonly archives?: DurationSource;
};

/** How long ended runs stay in the log, and their archives after that; null: for good. */
export type Keeping = { readonly runsMs: number | null; readonly archivesMs: number | null };

export const KEEP_ALL: Keeping = { runsMs: null, archivesMs: null };

export const keepingShape: z.ZodType<KeepingSource> = closed<KeepingSource>({
  runs: duration().describe("Ended runs leave the log for the archive after so long."),
  archives: duration().describe(
    "Archives are deleted so long after their run ended; at least thirty days, in which a request is not done twice.",
  ),
});

/** A request that comes again within this time is the run that it was. */
const REQUESTS_KEPT_MS: number = 30 * 86_400_000;

export function readKeeping(
  source: KeepingSource | undefined,
  { path, report }: { readonly path: ValuePath; readonly report: Report },
): Keeping {
  if (source === undefined) return KEEP_ALL;
  const runsMs = durationMs(source.runs, { path: [...path, "runs"], report, leastMs: 1 });
  const at = [...path, "archives"];
  const archivesMs = durationMs(source.archives, { path: at, report, leastMs: 1 });
  if (archivesMs !== null && archivesMs < REQUESTS_KEPT_MS)
    report.add({
      code: "impossible-limit",
      message:
        "An archive is kept for thirty days at least: a request made again is still the same run.",
      mend: "Write 30d or longer, or take the key out to keep archives for good.",
      path: at,
    });
  return { runsMs, archivesMs };
}
