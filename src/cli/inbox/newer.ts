import { type Written, writtenSince } from "../../core/cases/index.ts";
import type { GateRecord } from "../../core/history/index.ts";
import { parseCaseId, type RunId } from "../../core/id.ts";
import { eventOf } from "../../core/machine/index.ts";
import type { Company } from "../../engine/company/index.ts";
import { count, plain } from "../output/index.ts";
import { outsideLines } from "./evidence-parts.ts";

/**
 * What was written in the case of a run after the request that people are shown, and so perhaps after they
 * were asked: nobody is to decide on what the requester has taken back.
 */
export async function newerAt(
  company: Company,
  { run, gate }: { readonly run: RunId; readonly gate: GateRecord },
): Promise<readonly Written[]> {
  const id = await caseOf(company, run);
  const now = id === null ? null : company.case(id);
  if (now === null) return [];
  return writtenSince(now, gate.approval.gate.evidence?.request?.at ?? gate.openedAt);
}

async function caseOf(company: Company, run: RunId): Promise<ReturnType<typeof parseCaseId>> {
  for await (const envelope of company.events(run)) {
    const event = eventOf(envelope);
    return event.type === "run.accepted" ? parseCaseId(event.case ?? "") : null;
  }
  return null;
}

/** Said at once, before all that is shown of the question; nothing: nobody has written since. */
export function newerHead({ openedAt }: GateRecord, newer: readonly Written[]): readonly string[] {
  const after = newer.filter(({ at }) => at > openedAt);
  if (after.length === 0) return [];
  const who = [...new Set(after.map(({ from }) => plain(from)))].join(" and ");
  return [`Newer than this question: ${count(after.length, "message")} of ${who}; read below.`];
}

/** Whole, with what came after the question marked; outside text is marked line by line. */
export function newerLines(
  { openedAt }: GateRecord,
  newer: readonly Written[],
  now: number,
): readonly string[] {
  return newer.flatMap((one) => {
    const [head = "", ...text] = outsideLines(one, now);
    return [one.at > openedAt ? `After this was asked, ${head}` : head, ...text];
  });
}
