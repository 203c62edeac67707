import { undoOpening } from "./attempts/open-attempt.ts";
import { isUndo, undoPath } from "./control/undo.ts";
import { type Draft, store, tell } from "./draft.ts";
import type { RunOutcome } from "./event.ts";
import type { Failure } from "./failure.ts";
import { runOutputs } from "./result.ts";
import { entries, get } from "./tables/table.ts";

/** The run ends with its root; a rollback undoes, newest first, one after another, before it does. */
export function endRun(draft: Draft): void {
  const { run } = draft;
  if (run.phase === "undoing") return undoNext(draft);
  if (run.phase !== "running" && run.phase !== "stopping") return;
  const root = get(run.frames, "");
  if (root?.kind !== "block") return;
  if (run.phase === "running") {
    if (root.broken !== null) return giveUp(draft, root.broken);
    if (root.left === 0 && run.paused === null) finish(draft, "completed", null);
    return;
  }
  if (root.live.size === 0) endStopped(draft);
}

function endStopped(draft: Draft): void {
  const { stopping, undo } = draft.run;
  if (stopping === null) return;
  const { outcome, rollback, error } = stopping;
  if (rollback && undo !== null) tell(draft, { type: "run.undoing" });
  else finish(draft, rollback ? "rolled back" : outcome, error);
}

function giveUp(draft: Draft, error: Failure): void {
  tell(draft, {
    type: "run.stopping",
    outcome: "failed",
    abort: false,
    rollback: false,
    why: error.message,
    error,
  });
  draft.queue.push("");
}

function undoNext(draft: Draft): void {
  const { run } = draft;
  for (const [path] of entries(run.frames)) if (isUndo(path)) return;
  if (run.undo === null) return finish(draft, "rolled back", null);
  if (run.paused !== null || draft.facts.isResting === true) return;
  const number = run.undone + 1;
  const started = { type: "step.started", path: undoPath(number), slot: number } as const;
  const { child } = run.undo;
  tell(draft, child === null ? started : { ...started, attempt: undoOpening(run) });
}

function finish(draft: Draft, outcome: RunOutcome, error: Failure | null): void {
  const { degraded } = draft.run;
  tell(draft, {
    type: "run.finished",
    outcome,
    outputs: outcome === "completed" ? runOutputs(draft) : store(draft, {}),
    ...(error === null ? {} : { error }),
    ...(degraded === 0 ? {} : { degraded }),
  });
}
