import { isAssignable } from "../types/assignable.ts";
import { anyType } from "../types/declared-type.ts";
import type { Block, OutputFields, Step, TypeRef, Workflow } from "../workflow.ts";

/**
 * What a run of a workflow may give at its end: no other name is ever among its outputs. A value that
 * its `outputs` reckon, or that two steps give as different types, is of any type.
 *
 * @returns null where a step of it does not say what it gives
 */
export function runGives(workflow: Workflow): OutputFields | null {
  const fields: Record<string, TypeRef> = {};
  if (workflow.outputs === null) return addBlock(workflow.root, fields) ? closed(fields) : null;
  for (const name of Object.keys(workflow.outputs)) fields[name] = anyType();
  return closed(fields);
}

function closed(fields: Readonly<Record<string, TypeRef>>): OutputFields {
  return { open: false, fields };
}

/** @returns false for what cannot be known */
function addBlock(block: Block, fields: Record<string, TypeRef>): boolean {
  return block.steps.every((step) =>
    step.kind === "block" ? addBlock(step, fields) : addStep(step, fields),
  );
}

function addStep(step: Exclude<Step, Block>, fields: Record<string, TypeRef>): boolean {
  if (step.kind !== "task" && step.kind !== "workflow") return false;
  if (step.outputs.open) return false;
  for (const [name, type] of Object.entries(step.outputs.fields)) {
    const before = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const isSame =
      before === undefined || (before.text === type.text && isAssignable(before, type).ok);
    fields[name] = isSame ? type : anyType();
  }
  return true;
}
