import type { Step, Workflow } from "../definition/index.ts";
import { readsOf, type Template } from "../expression/index.ts";
import { childrenOf } from "../machine/index.ts";
import { unreachable } from "../unreachable.ts";

/** The ids of the steps whose outputs a step reads, in anything it says or holds. */
export function stepsReadBy(step: Step): ReadonlySet<string> {
  return new Set(readsIn(step).map(([id]) => id));
}

/** Each output that a step reads: of which step, and which; null is all of them. */
export function readsIn(step: Step): readonly (readonly [id: string, output: string | null])[] {
  const conditions = conditionsOf(step).flatMap(({ reads }) => reads);
  const values = templatesOf(step).flatMap(readsOf);
  const own = [...conditions, ...values].flatMap((path): [string, string | null][] => {
    const [name, id, output] = path;
    return name === "steps" && id !== undefined ? [[id, output ?? null]] : [];
  });
  return [...own, ...childrenOf(step).flatMap(readsIn)];
}

function conditionsOf(step: Step) {
  const own = step.when === null ? [] : [step.when];
  if (step.kind === "repeat") return [...own, step.until];
  if (step.kind !== "choose") return own;
  return [...own, ...step.branches.flatMap(({ when }) => (when === null ? [] : [when]))];
}

function templatesOf(step: Step): readonly Template[] {
  switch (step.kind) {
    case "task":
      return [...Object.values(step.inputs), ...Object.values(step.compensate?.inputs ?? {})];
    case "workflow":
      return Object.values(step.params);
    case "each":
      return [step.items];
    case "gate":
      return [step.ask, ...Object.values(step.show)];
    case "wait":
      if (step.until.kind === "time") return [step.until.ms];
      return step.until.key === null ? [] : [step.until.key];
    case "block":
    case "choose":
    case "repeat":
      return [];
    default:
      return unreachable(step);
  }
}

/** Names of a step's outputs that anything in the workflow reads. */
export function outputsRead(workflow: Workflow, id: string): readonly string[] {
  const ends = Object.values(workflow.outputs ?? {})
    .flatMap(readsOf)
    .flatMap(([name, of, output]): [string, string | null][] =>
      name === "steps" && of !== undefined ? [[of, output ?? null]] : [],
    );
  const read = [...readsIn(workflow.root), ...ends];
  return [
    ...new Set(read.flatMap(([of, output]) => (of === id && output !== null ? [output] : []))),
  ];
}
