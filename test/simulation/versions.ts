import type { Block, Step, Task, Workflow } from "../../src/core/definition/index.ts";
import { stepsOf } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";

/** The workflow with one step more, which begins when all others have ended. */
export function appended(workflow: Workflow): Workflow {
  const { steps } = workflow.root;
  const slot = steps.length;
  const last = slot - 1;
  const before = steps.map((step, at) =>
    at === last ? ({ ...step, before: [...step.before, slot] } as Step) : step,
  );
  const extra = extraStep(workflow, { id: "late", slot, after: slot === 0 ? [] : [last] });
  return version(workflow, "appended", [...before, extra]);
}

/** The workflow with one step more before all others: every slot of the root is another one. */
export function prepended(workflow: Workflow): Workflow {
  const [first, ...rest] = workflow.root.steps.map((step) => shifted(step));
  if (first === undefined) return appended(workflow);
  const extra = extraStep(workflow, { id: "early", slot: 0, after: [] });
  const follows = { ...first, after: [...first.after, 0] } as Step;
  return version(workflow, "prepended", [{ ...extra, before: [1] }, follows, ...rest]);
}

function shifted(step: Step): Step {
  const more = (slots: readonly number[]): readonly number[] => slots.map((slot) => slot + 1);
  return {
    ...step,
    slot: step.slot + 1,
    after: more(step.after),
    before: more(step.before),
  } as Step;
}

function extraStep(
  workflow: Workflow,
  { id, slot, after }: { readonly id: string; readonly slot: number; readonly after: number[] },
): Task {
  const task = [...stepsOf(workflow.root)].find((step): step is Task => step.kind === "task");
  if (task === undefined) throw new Error(`The workflow "${workflow.name}" has no task.`);
  const none = { when: null, approve: null, compensate: null, fallback: null, inputs: {} };
  return { ...task, ...none, id, name: id, path: id, slot, after, before: [] };
}

function version(workflow: Workflow, name: string, steps: readonly Step[]): Workflow {
  const root: Block = { ...workflow.root, steps };
  return { ...workflow, version: name, digest: digestOf(`${workflow.digest} ${name}`), root };
}
