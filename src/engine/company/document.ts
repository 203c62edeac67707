import { type Beside, type History, stateDocument } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Path, Stored } from "../../core/machine/index.ts";
import { MusterError } from "../../core/problem.ts";
import { findingsOf } from "../../core/review/index.ts";
import { type Reviewable, seenOf } from "./review.ts";

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
export async function documentOf(source: Source, run: RunId): Promise<JsonObject> {
  const seen = await seenOf(source, run);
  if (seen.damage !== null)
    throw new MusterError({
      code: "corrupt",
      message: seen.damage,
      mend: "Restore the folder .muster from a backup.",
    });
  const findings = findingsOf(seen).map((finding) => ({ ...finding }));
  return written(source, seen.read.history, { findings });
}

function written(source: Source, history: History, beside: Beside): JsonObject {
  const { run } = history;
  return stateDocument(history, {
    value: (stored) => source.read(stored),
    gathered: (path) => (run === null ? null : source.gathered(run, path)),
    ...beside,
  });
}
