import type { Step } from "../definition/index.ts";
import { barePath, stepAt } from "./control/undo.ts";
import type { Path } from "./event.ts";
import type { BlockFrame, ChooseFrame, Frame, RepeatFrame, Run } from "./run.ts";
import { childrenOf } from "./scope.ts";
import { parentPath } from "./steps/step.ts";
import { childPath } from "./steps/work.ts";
import { entries, get } from "./tables/table.ts";

/** Where a step of a run stands, by its path. */
export type Whereabouts =
  | { readonly is: "live"; readonly frame: Frame }
  /** It has not begun, and may. */
  | { readonly is: "ahead"; readonly step: Step }
  /** It has ended, or nothing of it begins any more. */
  | { readonly is: "over" }
  /** The definition has no such step. */
  | { readonly is: "nowhere" };

export function whereIs(run: Run, path: Path): Whereabouts {
  const frame = get(run.frames, path);
  if (frame !== undefined) return { is: "live", frame };
  const step = stepAt(run.workflow, barePath(path));
  if (step === undefined || path === "" || path.includes("[]") || path.includes("{}"))
    return { is: "nowhere" };
  let child = path;
  for (let above = parentPath(path); ; above = parentPath(above)) {
    const holder = get(run.frames, above);
    if (holder !== undefined)
      return isAhead(holder, child) ? { is: "ahead", step } : { is: "over" };
    if (above === "") return { is: "over" };
    child = above;
  }
}

/** Whether a part of a live step, which is not live itself, is still to come. */
function isAhead(holder: Frame, child: Path): boolean {
  if (holder.stopping !== null) return false;
  switch (holder.kind) {
    case "block": {
      const slot = holder.step.steps.findIndex((step) => childPath(holder, step, 0) === child);
      return holder.broken === null && isUnbegun(holder, slot);
    }
    case "each": {
      const item = numberIn(child);
      return item >= holder.next && item < holder.count;
    }
    case "choose":
      return holder.child.state === "none" && isBranch(holder, child);
    case "repeat":
      return isRound(holder, numberIn(child));
    case "leaf":
    case "gate":
    case "wait":
      return false;
  }
}

function isBranch(holder: ChooseFrame, child: Path): boolean {
  const step = holder.step.branches[holder.branch]?.step;
  return step !== undefined && childPath(holder, step, 0) === child;
}

function isRound({ round, step }: RepeatFrame, number: number): boolean {
  return number > round && number <= step.roundsMost;
}

/** Of the last pair of brackets. */
function numberIn(path: Path): number {
  const end = path.length - 1;
  const at = Math.max(path.lastIndexOf("["), path.lastIndexOf("{"));
  return Number(path.slice(at + 1, end));
}

/** A step of a live block that waits for others, or may begin. */
export function isUnbegun({ waits, ready, free }: BlockFrame, slot: number): boolean {
  if (get(waits, slot) !== undefined) return true;
  for (const queue of [ready, free])
    for (const [, one] of entries(queue.waiting)) if (one === slot) return true;
  return false;
}

/** Whether people decide in it. */
export function holdsGate(step: Step): boolean {
  return step.kind === "gate" || childrenOf(step).some(holdsGate);
}
