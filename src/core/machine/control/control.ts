import type { Problem } from "../../problem.ts";
import { type Draft, tell } from "../draft.ts";
import type { Run } from "../run.ts";
import type { Told } from "../signal.ts";
import { entries } from "../tables/table.ts";

type Of<T extends Told["type"]> = Extract<Told, { type: T }>;

/** People hold a run, go on with it, end it, and have undone what it did. */
export function heardControl(
  draft: Draft,
  told: Of<"pause" | "resume" | "cancel">,
): Problem | null {
  const { run } = draft;
  if (run.phase === "finished")
    return told.type === "cancel" && told.rollback ? rollBack(draft, told.why) : hasEnded(run);
  if (told.type === "pause" && run.paused === null)
    tell(draft, {
      type: "run.paused",
      why: told.why,
      ...(told.above === undefined ? {} : { above: told.above }),
    });
  if (told.type === "resume" && run.paused !== null) resume(draft, told.why);
  if (told.type === "cancel") cancel(draft, told);
  return null;
}

function cancel(draft: Draft, { why, rollback }: Omit<Of<"cancel">, "type">): void {
  const { phase, stopping, paused } = draft.run;
  const isMore = stopping !== null && (!stopping.abort || (rollback && !stopping.rollback));
  if (phase !== "running" && !(phase === "stopping" && isMore)) return;
  // Nothing new begins in a cancelled run anyway; a pause would only hold up what is to be undone.
  if (paused !== null) resume(draft);
  const order = { type: "run.stopping", outcome: "cancelled", abort: true } as const;
  tell(draft, { ...order, rollback: rollback || stopping?.rollback === true, why });
  draft.queue.push("");
}

/** A run that has ended undoes what it did. */
function rollBack(draft: Draft, why: string): Problem | null {
  const { run } = draft;
  if (run.outcome === "rolled back") return null;
  if (run.parent !== null)
    return {
      code: "conflict",
      message: `${run.id} is a part of ${run.parent.run}, and is undone with it.`,
      mend: `Roll back ${run.parent.run}.`,
    };
  if (run.undo === null)
    return {
      code: "conflict",
      message: `There is nothing to undo in ${run.id}: no step that was done says how.`,
      mend: 'Write "compensate" on the steps that are to be undone by a rollback.',
    };
  tell(draft, { type: "run.undoing", why });
  return null;
}

/** The run above is rolled back: so is this one. Asked again, it tells its end again. */
export function heardUndo(draft: Draft, { parent, why }: Of<"undo">): Problem | null {
  const { run } = draft;
  if (run.phase === "finished") {
    if (run.outcome !== "rolled back") tell(draft, { type: "run.undoing", why });
  } else cancel(draft, { why, rollback: true });
  if (parent.key > (run.parent?.key ?? 0)) tell(draft, { type: "run.attached", parent });
  return null;
}

export function resume(draft: Draft, why?: string): void {
  tell(draft, { type: "run.resumed", ...(why === undefined ? {} : { why }) });
  lookAtAll(draft);
}

export function lookAtAll(draft: Draft): void {
  const paths = [...entries(draft.run.frames)].map(([path]) => path);
  draft.queue.push(...paths.sort());
}

export function hasEnded(run: Pick<Run, "id" | "outcome">): Problem {
  return {
    code: "already-ended",
    message: `${run.id} has ended: ${run.outcome ?? ""}.`,
    mend: `Begin a new run with what it had: muster runs fork ${run.id}`,
  };
}
