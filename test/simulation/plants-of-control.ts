import { emptyTable, type Run } from "../../src/core/machine/index.ts";
import { folding } from "./planting.ts";
import type { Plant } from "./plants.ts";

/** Rules of how people steer a run, each switched off. */
export const PLANTS_OF_CONTROL: Readonly<Record<string, Plant>> = {
  "a step that was taken over is tried by its agent": {
    promise: "held",
    machine: folding((before, after, event) =>
      event.type === "step.held" ? { ...after, frames: before.frames, open: before.open } : after,
    ),
  },
  "a moved run forgets what had ended": {
    promise: "M4",
    machine: folding((_before, after, event) =>
      event.type === "run.moved" ? { ...after, outputs: emptyTable() } : after,
    ),
  },
  "amended params reach what has begun": {
    promise: "data",
    machine: folding((_before, after, event) =>
      event.type === "run.amended" ? { ...after, before: null } : after,
    ),
  },
  "fewer places are not heeded": {
    promise: "limits",
    machine: folding((before, after, event) =>
      event.type === "run.amended" ? { ...after, frames: before.frames } : after,
    ),
  },
  "a step that is to be left out begins": {
    promise: "skip",
    machine: folding((before, after, event) =>
      event.type === "step.skipping" ? { ...after, skipping: before.skipping } : after,
    ),
  },
  "a rollback forgets its sub-runs": {
    promise: "rollback",
    only: "workflow",
    machine: folding((_before, after, event) =>
      event.type === "run.undoing" ? { ...after, undo: withoutSubRuns(after.undo) } : after,
    ),
  },
};

function withoutSubRuns(undo: Run["undo"]): Run["undo"] {
  if (undo === null) return null;
  const next = withoutSubRuns(undo.next);
  return undo.child === null ? { ...undo, next } : next;
}
