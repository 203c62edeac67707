import { emptyHistory, type History, readingWith } from "../../../core/history/index.ts";
import type { RunId } from "../../../core/id.ts";
import { eventOf } from "../../../core/machine/index.ts";
import { MusterError } from "../../../core/problem.ts";
import type { Company } from "../company.ts";

/** The part of a company that a history is read from. */
export type Logs = Pick<Company, "definition" | "events" | "folder" | "read"> &
  Partial<Pick<Company, "standing">>;

/** The history of a run as its log is now. */
export async function readHistory(company: Logs, run: RunId): Promise<History> {
  let history = beginHistory(company, run);
  const read = readingWith((digest) => company.read({ digest }));
  for await (const envelope of company.events(run)) history = read(history, eventOf(envelope));
  return withSubRuns(company, history);
}

/** Whether the sub-runs that a run waits for wait themselves stands in their logs, not in its own. */
export function withSubRuns(company: Logs, history: History): History {
  const { run, counts, outcome } = history;
  if (run === null || outcome !== null || counts.subRuns === 0) return history;
  return { ...history, subRunsWait: company.standing?.(run)?.status === "waiting" };
}

/** @throws MusterError when the definition that the run is pinned to is not there */
export function beginHistory(company: Logs, run: RunId): History {
  const workflow = company.definition(run);
  if (workflow) return emptyHistory(workflow);
  throw new MusterError({
    code: "corrupt",
    message: `The definition that ${run} was started with is not in ${company.folder}.`,
    mend: "Restore the .muster folder from a copy.",
  });
}
