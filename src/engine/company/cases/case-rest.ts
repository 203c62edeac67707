import { type Case, owedByCase } from "../../../core/cases/index.ts";
import type { CaseId } from "../../../core/id.ts";
import type { Company } from "../company.ts";

/** How often the log is looked at, while what a run said is on its way to its case. */
const LOOK_MS = 20;

/**
 * Resolves when nothing of a case moves by itself: its runs have ended and the case has heard it, or
 * wait for people, events or the requester; or when `abort` says so. Null: there is no such case.
 */
export async function caseAtRest(
  company: Pick<Company, "case" | "settled" | "standing">,
  id: CaseId,
  abort?: AbortSignal,
): Promise<Case | null> {
  for (;;) {
    const now = company.case(id);
    if (now === null || abort?.aborted === true) return now;
    const effects = owedByCase(now);
    const isMoving = effects.some(({ type }) => type !== "hear");
    const runs = effects.flatMap((effect) => (effect.type === "hear" ? [effect.run] : []));
    if (!isMoving) {
      const standings = await Promise.all(
        runs.map((run) => company.settled(run, abort === undefined ? {} : { abort })),
      );
      const isHeard = standings.every(({ endedAt }) => endedAt === null);
      if (isHeard && company.case(id)?.seq === now.seq) return now;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
