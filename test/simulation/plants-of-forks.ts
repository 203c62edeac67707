import { hasEnded, type Inheritance, type Inherited } from "../../src/core/machine/index.ts";
import { isBelow, parentOf } from "./book.ts";
import { folding } from "./planting.ts";
import type { Plant } from "./plants.ts";
import type { Weather } from "./weather.ts";

const isLeafEnd = ({ path, state }: Inherited): boolean =>
  state === "completed" && !/[\]}]/.test(path) && path.includes("/");

/** Runs are forked, and steps are degraded before. */
const OFTEN: Partial<Weather> = { fork: 0.2, trouble: 0.4 };

/** Whether the step that holds it goes on. */
function isLive({ steps }: Inheritance, path: string): boolean {
  const above = parentOf(path);
  return above === "" || steps.some((line) => line.path === above && line.state === "live");
}

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
  "in a fork nothing waits through what has ended": {
    promise: "order",
    from: 441,
    weather: OFTEN,
    fork: (inheritance) => ({
      ...inheritance,
      steps: inheritance.steps.map(({ beyond: _dropped, ...line }) => line),
    }),
  },
  "what was degraded is tried again before what goes on": {
    promise: "fork",
    from: 214,
    weather: OFTEN,
    fork: (inheritance, { retryFailed }) => {
      if (!retryFailed) return inheritance;
      const dropped = inheritance.steps.filter(({ state }) => state === "degraded");
      const isDropped = (path: string): boolean =>
        dropped.some((line) => isBelow(path, line.path) && isLive(inheritance, line.path));
      return {
        ...inheritance,
        steps: inheritance.steps.filter(({ path }) => !isDropped(path)),
      };
    },
  },
  "a doubt that was settled is told on": {
    promise: "fork",
    fork: (inheritance, { source }) => {
      const doubts = (source?.steps ?? []).filter(({ state }) => state === "doubt");
      return {
        ...inheritance,
        steps: inheritance.steps.map((line) => ({
          ...doubts.find(({ path }) => hasEnded(line) && path === line.path),
          ...line,
        })),
      };
    },
  },
  "a fork inherits the duty to undo": {
    promise: "undo",
    from: 139,
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
