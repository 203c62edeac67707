import type { Inherited } from "../../src/core/machine/index.ts";
import { folding } from "./planting.ts";
import type { Plant } from "./plants.ts";

const isLeafEnd = ({ path, state }: Inherited): boolean =>
  state === "completed" && !/[\]}]/.test(path) && path.includes("/");

/** Rules of forking, each switched off. */
export const PLANTS_OF_FORKS: Readonly<Record<string, Plant>> = {
  "a fork takes writers in flight for not begun": {
    promise: "fork",
    fork: (inheritance) => ({
      ...inheritance,
      steps: inheritance.steps.filter(({ state }) => state !== "doubt"),
    }),
  },
  "a fork does again what has ended": {
    promise: "fork",
    fork: (inheritance) => {
      const dropped = inheritance.steps.findLast(isLeafEnd);
      return { ...inheritance, steps: inheritance.steps.filter((line) => line !== dropped) };
    },
  },
  "a fork takes what was degraded for done": {
    promise: "fork",
    fork: (inheritance) => ({
      ...inheritance,
      steps: inheritance.steps.map((line) =>
        line.state === "degraded" ? { ...line, state: "completed" } : line,
      ),
    }),
  },
  "a fork inherits the duty to undo": {
    promise: "undo",
    machine: folding((_before, after, event) => {
      if (event.type !== "run.forked") return after;
      const undoable = after.workflow.root.steps
        .flatMap((phase) => (phase.kind === "block" ? phase.steps : []))
        .find((step) => step.kind === "task" && step.compensate !== null);
      return undoable === undefined
        ? after
        : {
            ...after,
            undo: { path: undoable.path, output: null, child: null, born: event.seq, next: null },
          };
    }),
  },
};
