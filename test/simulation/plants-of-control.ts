import { decide, emptyTable, get, type Run } from "../../src/core/machine/index.ts";
import { folding, MACHINE, refolded } from "./planting.ts";
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
  "whoever waits to be tried again is tried whatever is allowed by then": {
    promise: "M7",
    weather: { meddle: 0.4, trouble: 0.6 },
    machine: {
      ...MACHINE,
      decide: (run, signal, facts) => {
        const open = signal.type === "fired" ? get(run.open, signal.key) : undefined;
        if (open?.type !== "timer" || open.why !== "backoff") return decide(run, signal, facts);
        const { attemptsMost: _now, ...limits } = run.limits;
        const made = decide({ ...run, limits }, signal, facts);
        return "code" in made ? made : refolded(run, made, made.events);
      },
    },
  },
  "a step that is to be left out begins": {
    promise: "skip",
    from: 142,
    weather: { meddle: 0.4 },
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
  "a pause stops nothing": {
    promise: "pause",
    machine: {
      ...MACHINE,
      decide: (run, signal, facts) => {
        if (signal.type === "pause" || signal.type === "resume" || run.paused === null)
          return decide(run, signal, facts);
        const made = decide({ ...run, paused: null }, signal, facts);
        return "code" in made ? made : refolded(run, made, made.events);
      },
    },
  },
};

function withoutSubRuns(undo: Run["undo"]): Run["undo"] {
  if (undo === null) return null;
  const next = withoutSubRuns(undo.next);
  return undo.child === null ? { ...undo, next } : next;
}
