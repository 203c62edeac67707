import type { Step } from "../../definition/index.ts";
import type { Path } from "../event.ts";
import type { Frame } from "../run.ts";
import { childrenOf } from "../scope.ts";

const weights = new WeakMap<Step, number>();
const segments = new WeakMap<Step, string>();

/**
 * Pieces of work expected below a step before it has begun: one for each step that does something;
 * one item of an `each`, one round of a `repeat`, the largest branch of a `choose`.
 */
export function workOf(step: Step): number {
  const known = weights.get(step);
  if (known !== undefined) return known;
  const below = childrenOf(step).map(workOf);
  const work =
    step.kind === "choose"
      ? Math.max(0, ...below)
      : below.length === 0 && step.kind !== "block"
        ? 1
        : below.reduce((sum, one) => sum + one, 0);
  weights.set(step, work);
  return work;
}

/** The path of a child of a live step. @param at its slot, item or round */
export function childPath(parent: Frame, child: Step, at: number): Path {
  switch (parent.kind) {
    case "each":
      return `${parent.path}[${at}]`;
    case "repeat":
      return `${parent.path}{${at}}`;
    case "block":
    case "choose":
    case "leaf":
    case "gate":
    case "wait":
      return parent.path === "" ? segmentOf(child) : `${parent.path}/${segmentOf(child)}`;
  }
}

/** The definition of the child at a slot, item or round. */
export function childStep(parent: Frame, at: number): Step {
  const step = stepBelow(parent, at);
  if (step === undefined)
    throw new Error(
      `The log names a child ${at} of "${parent.path}" that its definition does not have.`,
    );
  return step;
}

function stepBelow(parent: Frame, at: number): Step | undefined {
  switch (parent.kind) {
    case "block":
      return parent.step.steps[at];
    case "choose":
      return parent.step.branches[at]?.step;
    case "each":
    case "repeat":
      return parent.step.body;
    case "leaf":
    case "gate":
    case "wait":
      return undefined;
  }
}

function segmentOf(step: Step): string {
  const known = segments.get(step);
  if (known !== undefined) return known;
  const segment = step.path.slice(step.path.lastIndexOf("/") + 1);
  segments.set(step, segment);
  return segment;
}
