import type { Step } from "../definition/index.ts";
import { childrenOf } from "../machine/index.ts";
import { stepsReadBy } from "./reads.ts";

/** In each sequential block, neighbours that only do something and need nothing from one another. */
export function independentIn(steps: readonly Step[]): readonly (readonly Step[])[] {
  return steps
    .filter((step) => step.kind === "block" && step.execution === "sequential")
    .map((block) => {
      const inner = childrenOf(block);
      return inner.filter((step, at) => isFree(step, inner, at));
    })
    .filter((alone) => alone.length > 1);
}

function isFree(step: Step, among: readonly Step[], at: number): boolean {
  if (!isWork(step)) return false;
  const next = among[at + 1];
  const before = among[at - 1];
  return [next, before].some(
    (other) => other !== undefined && isWork(other) && !isLinked(step, other),
  );
}

function isWork(step: Step): boolean {
  if (step.kind === "each") return isWork(step.body);
  return (step.kind === "task" && step.approve === null) || step.kind === "workflow";
}

function isLinked(one: Step, other: Step): boolean {
  return stepsReadBy(one).has(other.id) || stepsReadBy(other).has(one.id);
}
