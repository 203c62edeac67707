import { verifyStream } from "../../src/core/audit/index.ts";
import { emptyHistory, readEvent, stateDocument } from "../../src/core/history/index.ts";
import {
  absent,
  eventOf,
  evolve,
  isUnsettled,
  owed,
  progressOf,
  type Run,
  statusOf,
  waitsOf,
} from "../../src/core/machine/index.ts";
import { sha256 } from "../../src/engine/store/index.ts";
import type { Company, Envelope, RunId } from "../../src/index.ts";

const ENDS: readonly string[] = ["completed", "failed", "cancelled", "rolled back"];

/** A run that only waits for sub-runs that wait is listed as one that waits; that stands in no log of its own. */
function listedStatus(run: Run, listed: string): string {
  const status = statusOf(run);
  const isAbove = waitsOf(run).some(({ what }) => what.kind === "child");
  return status === "running" && isAbove && listed === "waiting" ? listed : status;
}

/** What holds of every run when nothing moves it any more; what does not, as sentences. */
export async function auditRun(company: Company, run: RunId): Promise<readonly string[]> {
  const log: Envelope[] = [];
  for await (const envelope of company.events(run)) log.push(envelope);
  const complaints: string[] = [];
  const verdict = verifyStream(log, sha256);
  if (!verdict.ok) complaints.push(`its chain does not verify: ${verdict.message}`);
  const standing = company.standing(run);
  const workflow = company.definition(run);
  const waiting = await company.waiting(run);
  if (standing === null || workflow === null || waiting === null)
    return [...complaints, "there is a log, and no run"];
  const folded = log.map(eventOf).reduce(evolve, absent(run, workflow));
  const { done, expected } = progressOf(folded);
  const status = listedStatus(folded, standing.status);
  const told = { status, done, expected, unsettled: isUnsettled(folded) };
  for (const [name, value] of Object.entries(told)) {
    const shown = standing[name as keyof typeof standing];
    if (shown !== value)
      complaints.push(`its log folds to ${name} ${value}, and the list says ${shown}`);
  }
  const waits = waitsOf(folded).map(({ path, key }) => `${key} ${path}`);
  const shown = waiting.filter(({ key }) => key !== null).map(({ path, key }) => `${key} ${path}`);
  if (waits.join() !== shown.join())
    complaints.push(`its log waits for [${waits.join()}], and people are told [${shown.join()}]`);
  if (ENDS.includes(standing.status)) {
    if (waiting.length > 0) complaints.push("it has ended and waits for something");
    if (owed(folded).length > 0) complaints.push("it has ended and owes something");
  } else if (!waiting.some(({ what }) => what.trim() !== ""))
    complaints.push(`it is ${standing.status} and waits for nothing that is named`);
  const document = stateDocument(log.map(eventOf).reduce(readEvent, emptyHistory(workflow)));
  if (document["status"] !== statusOf(folded))
    complaints.push(
      `its document says ${JSON.stringify(document["status"])}, its log ${statusOf(folded)}`,
    );
  return complaints;
}
