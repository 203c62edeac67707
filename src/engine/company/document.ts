import { type Beside, type History, stateDocument } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Path, Stored } from "../../core/machine/index.ts";
import { type Logs, readHistory } from "./read-history.ts";

/** What a run's document is read from: a company, or a run that was archived. */
export type Source = Logs & {
  readonly read: (stored: Stored) => Json;
  /** What an `each` of the run gathered from its items; null where it has not. */
  readonly gathered: (run: RunId, path: Path) => Json;
};

/** The state of a run as one document. */
export async function documentOf(
  source: Source,
  run: RunId,
  beside: Beside = {},
): Promise<JsonObject> {
  return written(source, await readHistory(source, run), beside);
}

/** The same of a history that was read already. */
export function written(source: Source, history: History, beside: Beside = {}): JsonObject {
  const { run } = history;
  return stateDocument(history, {
    value: (stored) => source.read(stored),
    gathered: (path) => (run === null ? null : source.gathered(run, path)),
    ...beside,
  });
}
