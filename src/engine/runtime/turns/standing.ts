import { isUnsettled, progressOf, type Run, statusOf } from "../../../core/machine/index.ts";
import type { NewStanding } from "../../store/index.ts";

/**
 * What the list of runs says of a run.
 *
 * @param before as it was; it is given back where nothing has changed
 */
export function standingOf(run: Run, before: NewStanding | null, now: number): NewStanding {
  const { done, expected } = progressOf(run);
  const standing: NewStanding = {
    workflow: run.workflow.name,
    version: run.workflow.version,
    status: statusOf(run),
    unsettled: isUnsettled(run),
    startedAt: run.acceptedAt,
    endedAt: run.phase === "finished" ? (before?.endedAt ?? now) : null,
    done,
    expected,
    parent: run.parent?.run ?? null,
    note: noteOf(run),
  };
  return before !== null && isSame(before, standing) ? before : standing;
}

function isSame(one: NewStanding, other: NewStanding): boolean {
  return (
    one.done === other.done &&
    one.expected === other.expected &&
    one.status === other.status &&
    one.unsettled === other.unsettled &&
    one.note === other.note &&
    one.endedAt === other.endedAt &&
    one.parent === other.parent
  );
}

function noteOf(run: Run): string {
  const note = run.error?.message ?? run.paused?.why ?? run.stopping?.why ?? "";
  if (note === "") return note;
  return note.split("\n", 1)[0] ?? "";
}
