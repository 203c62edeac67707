import { resourceDocument, stateDocument, tokensBudgetOf } from "../../../core/history/index.ts";
import type { RunId } from "../../../core/id.ts";
import { instantOf } from "../../../core/instant.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Path, Stored } from "../../../core/machine/index.ts";
import { MusterError } from "../../../core/problem.ts";
import { type Evidence, findingsOf, type RunFiles, summaryOf } from "../../../core/review/index.ts";
import type { NoticeRecord } from "../../notify/index.ts";
import type { Reviewable } from "./review.ts";

/** What a run's document is written from: a company, or a run that was archived. */
export type Source = Reviewable & {
  readonly read: (stored: Stored) => Json;
  /** What an `each` of the run gathered from its items; null where it has not. */
  readonly gathered: (run: RunId, path: Path) => Json;
};

/**
 * The state of a run as one document.
 * @throws MusterError "corrupt" where its log cannot be read to its end
 */
export function documentOf(source: Source, seen: Evidence, files: RunFiles | null): JsonObject {
  if (seen.damage !== null)
    throw new MusterError({
      code: "corrupt",
      message: seen.damage,
      mend: "Restore the folder .muster from a backup.",
    });
  const { history } = seen.read;
  const { run } = history;
  const state = stateDocument(history, {
    value: (stored) => source.read(stored),
    gathered: (path) => (run === null ? null : source.gathered(run, path)),
    tokensBudget: tokensBudgetOf(history),
    resources: resourceDocument(history, {
      now: seen.now,
      isRateLimited: seen.isRateLimited === true,
      estimatedMs: seen.estimate?.ms ?? null,
    }),
    notifications: run === null ? [] : source.notices(run).flatMap(sentNotice),
    findings: findingsOf(seen).map((finding) => ({ ...finding })),
  });
  return { ...state, summary: summaryOf(seen, files) };
}

/** With the names that readers of such documents know; those that were not sent stand with all others in `runs notices`. */
function sentNotice({ type, event, phase, endedAt, status }: NoticeRecord): readonly JsonObject[] {
  if (status !== "sent" || endedAt === null) return [];
  const of = phase === null ? {} : { phase };
  return [{ type, event, ...of, timestamp: instantOf(endedAt) }];
}
