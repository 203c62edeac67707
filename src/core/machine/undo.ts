import type { Step, Task, Workflow } from "../definition/index.ts";
import type { Path } from "./event.ts";
import { stepsOf } from "./scope.ts";

const undoSteps = new WeakMap<Workflow, Map<Path, Task>>();

/** Undo steps stand outside the blocks, numbered in the order they are done: "!undo/1". */
export function undoPath(number: number): Path {
  return `!undo/${number}`;
}

export function isUndo(path: Path): boolean {
  return path.startsWith("!undo/");
}

/**
 * The compensation of the step at a path, as a task of its own: idempotent by nature, tried again, and
 * never left as failed: a person takes over.
 */
export function undoStep(workflow: Workflow, of: Path): Task {
  const known = undoSteps.get(workflow) ?? new Map<Path, Task>();
  undoSteps.set(workflow, known);
  const bare = of.replace(/\[\d+\]/g, "[]").replace(/\{\d+\}/g, "{}");
  const made = known.get(bare) ?? compensation(taskAt(workflow, bare));
  known.set(bare, made);
  return made;
}

function taskAt(workflow: Workflow, path: Path): Task {
  for (const step of stepsOf(workflow.root)) if (step.path === path && isTask(step)) return step;
  throw new Error(`The log undoes "${path}", which its definition does not have.`);
}

function isTask(step: Step): step is Task {
  return step.kind === "task";
}

function compensation(task: Task): Task {
  const { compensate } = task;
  if (compensate === null)
    throw new Error(`The log undoes "${task.path}", which says no way to undo it.`);
  return {
    ...task,
    name: `Undo: ${task.name}`,
    agent: { kind: "named", agent: compensate.agent },
    inputs: compensate.inputs,
    outputs: { open: true, fields: {} },
    timeoutMs: compensate.timeoutMs,
    strategy: "halt_and_escalate",
    fallback: null,
    approve: null,
    compensate: null,
    optional: false,
    when: null,
  };
}
