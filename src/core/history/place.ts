import type { Step, StepKind, Workflow } from "../definition/index.ts";
import type { Path } from "../machine/index.ts";
import { ownOf } from "../own.ts";
import { unreachable } from "../unreachable.ts";

/** Where a path of a run stands in its definition. */
export type Place = {
  /** The path without item and round numbers, as the definition writes it. */
  readonly path: Path;
  /** null for what no author wrote: undoing a step. */
  readonly step: Step | null;
  /** How much work it is before it has begun: its tasks, gates, waits and sub-runs, each counted once. */
  readonly units: number;
  /** Inside an `each`: there are many of it, and they are told of as a sum. */
  readonly many: boolean;
};

export type Places = Readonly<Record<Path, Place>>;

/** The static path of all that is undone, "!undo/1" and so on. */
export const UNDO_PATH = "!undo";
const UNDO: Place = { path: UNDO_PATH, step: null, units: 0, many: true };

/** Every step of a workflow by its path: made once, so that an event finds its step at once. */
export function placesOf(workflow: Workflow): Places {
  const places: Record<Path, Place> = {};
  const walk = (step: Step, many: boolean): number => {
    const below = childrenOf(step).map((child) => walk(child, many || step.kind === "each"));
    const units = unitsOf(step.kind, below);
    places[step.path] = { path: step.path, step, units, many };
    return units;
  };
  walk(workflow.root, false);
  return places;
}

/** @returns the place of a path of the run; what the definition does not hold is told of with the undoing */
export function placeAt(places: Places, path: Path): Place {
  return ownOf(places, staticPath(path)) ?? UNDO;
}

/** The steps directly in a step, in the author's order. */
export function childrenOf(step: Step): readonly Step[] {
  switch (step.kind) {
    case "block":
      return step.steps;
    case "choose":
      return step.branches.map((branch) => branch.step);
    case "each":
    case "repeat":
      return [step.body];
    case "task":
    case "gate":
    case "wait":
    case "workflow":
      return [];
    default:
      return unreachable(step);
  }
}

/** "setup/welcome[3]{2}" is "setup/welcome[]{}" in the definition. */
export function staticPath(path: Path): Path {
  return path.replaceAll(/\[\d+\]/g, "[]").replaceAll(/\{\d+\}/g, "{}");
}

/** @returns null for the root; the parent of "a/b[3]" is "a/b", of "a/b" it is "a", of "a" the root "" */
export function parentPath(path: Path): Path | null {
  if (path === "") return null;
  const suffix = /[[{]\d*[\]}]$/.exec(path);
  if (suffix) return path.slice(0, suffix.index);
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Holds other steps and does nothing itself. */
export function isComposite(kind: StepKind): boolean {
  return kind === "block" || kind === "each" || kind === "repeat" || kind === "choose";
}

function unitsOf(kind: StepKind, below: readonly number[]): number {
  if (kind === "choose") return Math.max(1, ...below);
  if (!isComposite(kind)) return 1;
  return below.reduce((sum, units) => sum + units, 0);
}
