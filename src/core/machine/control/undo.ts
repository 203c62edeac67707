import type { Step, SubRun, Task, Workflow } from "../../definition/index.ts";
import type { Path } from "../event.ts";
import type { Undo } from "../run.ts";
import { stepsOf } from "../scope.ts";

const undoSteps = new WeakMap<Workflow, Map<Path, Task | SubRun>>();

/** Undo steps stand outside the blocks, numbered in the order they are done: "!undo/1". */
export function undoPath(number: number): Path {
  return `!undo/${number}`;
}

export function isUndo(path: Path): boolean {
  return path.startsWith("!undo/");
}

/**
 * The compensation of the step at a path, as a step of its own: idempotent by nature, tried again, and
 * never left as failed: a person takes over. A sub-run undoes itself what it did.
 */
export function undoStep(workflow: Workflow, of: Path): Task | SubRun {
  const known = undoSteps.get(workflow) ?? new Map<Path, Task | SubRun>();
  undoSteps.set(workflow, known);
  const bare = barePath(of);
  const step = known.get(bare) ?? stepAt(workflow, bare);
  if (step?.kind !== "task" && step?.kind !== "workflow")
    throw new Error(`The log undoes "${bare}", which its definition does not have.`);
  const made = known.has(bare) ? step : step.kind === "task" ? compensation(step) : undoing(step);
  known.set(bare, made);
  return made;
}

/** A path without the numbers of items and rounds: its place in the definition. */
export function barePath(path: Path): Path {
  return path.replace(/\[\d+\]/g, "[]").replace(/\{\d+\}/g, "{}");
}

const byPath = new WeakMap<Workflow, ReadonlyMap<Path, Step>>();

/** The step at a place in the definition. */
export function stepAt(workflow: Workflow, bare: Path): Step | undefined {
  let known = byPath.get(workflow);
  if (known === undefined) {
    known = new Map([...stepsOf(workflow.root)].map((step) => [step.path, step]));
    byPath.set(workflow, known);
  }
  return known.get(bare);
}

/** A write is taken back by a use of a tool, as a step of its own; its arguments stand with what is to be undone. */
export function useUndoStep(workflow: Workflow, of: Path, use: NonNullable<Undo["use"]>): Task {
  const step = stepAt(workflow, barePath(of));
  if (step?.kind !== "task")
    throw new Error(`The log undoes what "${of}" wrote, which is no step that uses tools.`);
  return {
    ...undone(step),
    name: `Undo: ${step.name} (${use.tool})`,
    agent: { kind: "named", agent: use.agent },
    tool: use.tool,
    inputs: {},
    timeoutMs: step.timeoutMs,
  };
}

function undoing(step: SubRun): SubRun {
  return {
    ...step,
    name: `Undo: ${step.name}`,
    outputs: { open: true, fields: {} },
    timeoutMs: null,
    strategy: "halt_and_escalate",
    optional: false,
    when: null,
  };
}

function compensation(task: Task): Task {
  const { compensate } = task;
  if (compensate === null)
    throw new Error(`The log undoes "${task.path}", which says no way to undo it.`);
  return {
    ...undone(task),
    name: `Undo: ${task.name}`,
    agent: { kind: "named", agent: compensate.agent },
    inputs: compensate.inputs,
    timeoutMs: compensate.timeoutMs,
  };
}

/** What undoes is tried again, and never left as failed. */
function undone({ tool: _tool, cache: _cache, ...task }: Task): Task {
  return {
    ...task,
    outputs: { open: true, fields: {} },
    strategy: "halt_and_escalate",
    fallback: null,
    approve: null,
    compensate: null,
    optional: false,
    when: null,
  };
}
