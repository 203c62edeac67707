import type { AgentDefinition, Step, Task, Workflow } from "../definition/index.ts";
import type { Place } from "../problem.ts";
import { unreachable } from "../unreachable.ts";

/** What advice is given on: a workflow, its steps in one row, and the agents as far as they are known. */
export type Subject = {
  readonly workflow: Workflow;
  /** Every step but the root, as written: bodies and branches too. */
  readonly steps: readonly Step[];
  readonly tasks: readonly Task[];
  /** null: there is no such agent, or it cannot be known. */
  readonly agentOf: (task: Task) => AgentDefinition | null;
  /** Whether somebody wrote one of these settings, for the workflow or for the company. */
  readonly isSaid: (...keys: readonly string[]) => boolean;
  readonly top: Place;
};

export function subjectOf(workflow: Workflow, agents: readonly AgentDefinition[] | null): Subject {
  const steps = workflow.root.steps.flatMap(withInner);
  const byName = new Map((agents ?? []).map((agent) => [agent.name, agent]));
  const settings = workflow.settings ?? [];
  return {
    workflow,
    steps,
    tasks: steps.filter((step) => step.kind === "task"),
    agentOf: ({ agent }) => (agent.kind === "named" ? (byName.get(agent.agent) ?? null) : null),
    isSaid: (...keys) =>
      settings.some((said) =>
        keys.some((key) => said.key === key || said.key.startsWith(`${key}.`)),
      ),
    top: { ...workflow.root.where, line: 1, column: 1 },
  };
}

function withInner(step: Step): readonly Step[] {
  return [step, ...innerOf(step).flatMap(withInner)];
}

/** The steps that a step holds. */
export function innerOf(step: Step): readonly Step[] {
  switch (step.kind) {
    case "block":
      return step.steps;
    case "each":
    case "repeat":
      return [step.body];
    case "choose":
      return step.branches.map((branch) => branch.step);
    case "task":
    case "workflow":
    case "gate":
    case "wait":
      return [];
    default:
      return unreachable(step);
  }
}

/** How people call a step: `step "2"`, with its name where it has another. */
export function called({ id: written, name }: Step): string {
  const id = written.replace(/(\[\]|\{\})+$/, "");
  return name === "" || name === id || name.endsWith(`(${id})`)
    ? `Step "${id}"`
    : `Step "${id}" (${name})`;
}
