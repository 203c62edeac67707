import { parseRunId, type RunId } from "../../core/id.ts";
import type { Company, Waiting } from "./company.ts";

/** Runs that are searched for what waits for a person, newest first. */
const RUNS_SEARCHED_MOST = 1_000;

/** What waits for a person; `item` is how commands name it: a task `RUN/STEP`, all else `RUN.KEY`. */
export type InboxItem = {
  readonly item: string;
  readonly run: RunId;
  readonly workflow: string;
  readonly waiting: Waiting;
};

const PERSONAL: ReadonlySet<Waiting["kind"]> = new Set(["gate", "person", "exception", "held"]);

/** What people bring, of runs that have not ended, newest run first. */
export async function inboxOf(
  company: Pick<Company, "runs" | "waiting">,
): Promise<readonly InboxItem[]> {
  const items: InboxItem[] = [];
  for (const { stream, workflow, endedAt } of company.runs({ most: RUNS_SEARCHED_MOST })) {
    const run = endedAt === null ? parseRunId(stream) : null;
    for (const waiting of (run && (await company.waiting(run))) ?? [])
      if (run !== null && PERSONAL.has(waiting.kind))
        items.push({ item: nameOf(run, waiting), run, workflow, waiting });
  }
  return items;
}

function nameOf(run: RunId, { kind, key, path }: Waiting): string {
  return kind === "person" ? `${run}/${path}` : `${run}.${key}`;
}
