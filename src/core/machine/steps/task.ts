import type { AgentNeed, OutputFields, Step, Workflow } from "../../definition/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Key } from "../event.ts";
import { type Failure, failure } from "../failure.ts";
import type { LeafFrame, Run } from "../run.ts";
import { contextOf, load, type Read, scopeAt, stepsOf, valuesOf, withNames } from "../scope.ts";
import { get } from "../tables/table.ts";

/** What an agent is asked, resolved when it is performed: the log holds where it comes from, not copies of it. */
export type TaskAsked = {
  readonly name: string;
  readonly instructions: string;
  readonly inputs: JsonObject;
  /** The declared outputs, name to type as written. */
  readonly outputs: { readonly [name: string]: string };
  /** What steps that ended well have published. */
  readonly context: JsonObject;
  /** It is this tool that is used, with the inputs as its arguments; no agent is asked. */
  readonly tool?: string;
};

/** @returns what the attempt under this key asks, or why it cannot be asked; null when no such attempt is open */
export function taskOf(run: Run, key: Key, read: Read): TaskAsked | Failure | null {
  const frame = leafOf(run, key);
  if (frame?.step.kind !== "task") return null;
  const given = inputsOf(run, frame, read);
  if ("fault" in given)
    return failure(
      "invalid_input_data",
      `The inputs of "${frame.step.name}" cannot be made: ${given.fault}`,
    );
  const { name, instructions, outputs, tool } = frame.step;
  const asked = {
    name,
    instructions,
    inputs: given.values,
    outputs: saidOf(outputs),
    context: contextOf(run, read),
  };
  return tool === undefined ? asked : { ...asked, tool };
}

/** Runs below one another: a workflow that runs itself, or its parent, would never end. */
export const SUB_RUNS_DEEP_MOST = 16;

/** How many runs are above this one. */
export function depthOf(run: Run): number {
  return run.parent === null ? 0 : (run.parent.depth ?? 1);
}

/** @returns the params of the child run that the attempt under this key asks for, or why there can be none */
export function childOf(
  run: Run,
  key: Key,
  read: Read,
): { readonly params: JsonObject } | Failure | null {
  const frame = leafOf(run, key);
  if (frame?.step.kind !== "workflow") return null;
  if (depthOf(run) >= SUB_RUNS_DEEP_MOST)
    return failure(
      "sub_run_failed",
      `"${frame.step.workflow}" would be run below ${SUB_RUNS_DEEP_MOST} others, which is the most: does a workflow run itself without end?`,
    );
  const given = valuesOf(frame.step.params, scopeAt(run, frame, read));
  if ("fault" in given)
    return failure(
      "invalid_input_data",
      `The params of "${frame.step.workflow}" cannot be made: ${given.fault}`,
    );
  return { params: given.values };
}

function leafOf(run: Run, key: Key): LeafFrame | null {
  const open = get(run.open, key);
  const frame =
    open?.type === "attempt" || open?.type === "task" ? get(run.frames, open.path) : undefined;
  return frame?.kind === "leaf" ? frame : null;
}

function inputsOf(run: Run, frame: LeafFrame, read: Read): ReturnType<typeof valuesOf> {
  if (frame.step.kind !== "task") return { values: {} };
  if (frame.edited !== undefined) return { values: frame.edited };
  if (frame.undoes === null) return valuesOf(frame.step.inputs, scopeAt(run, frame, read));
  const of = run.undo;
  if (of?.use !== undefined) return { values: of.use.args };
  const outputs: Json = of?.output === undefined || of.output === null ? {} : load(of.output, read);
  const born = { seq: of?.born ?? frame.born.seq };
  const scope = scopeAt(run, { ...frame, born }, read);
  return valuesOf(frame.step.inputs, withNames(scope, { outputs }));
}

const said = new WeakMap<OutputFields, { readonly [name: string]: string }>();

function saidOf(outputs: OutputFields): { readonly [name: string]: string } {
  const known = said.get(outputs);
  if (known !== undefined) return known;
  const made = Object.fromEntries(
    Object.entries(outputs.fields).map(([name, type]) => [name, type.text]),
  );
  said.set(outputs, made);
  return made;
}

/** All agents a workflow may ask, with their fallbacks and compensations, and the workflows it runs as sub-runs. */
export function asksOf(workflow: Workflow): {
  readonly needs: readonly Need[];
  readonly workflows: readonly string[];
} {
  const needs: Need[] = [];
  const workflows = new Set<string>();
  for (const step of stepsOf(workflow.root)) {
    if (step.kind === "workflow") workflows.add(step.workflow);
    if (step.kind !== "task") continue;
    // A tool is used without anybody being asked: the agent only lends its grant.
    if (step.tool === undefined) needs.push({ step, need: step.agent });
    if (step.fallback !== null)
      needs.push({ step, need: { kind: "named", agent: step.fallback.agent }, isFallback: true });
    if (step.compensate !== null)
      needs.push({ step, need: { kind: "named", agent: step.compensate.agent } });
  }
  return { needs, workflows: [...workflows] };
}

type Need = {
  readonly step: Step;
  readonly need: AgentNeed;
  /** One that is no agent is a person's task. */
  readonly isFallback?: true;
};
