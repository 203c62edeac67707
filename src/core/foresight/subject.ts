import type { AgentDefinition, Step, Task, Workflow } from "../definition/index.ts";
import { stepsOf } from "../machine/index.ts";
import type { Place } from "../problem.ts";

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
  const steps = [...stepsOf(workflow.root)].slice(1);
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

/** How people call a step: `step "2"`, with its name where it has another. */
export function called({ id: written, name }: Step): string {
  const id = written.replace(/(\[\]|\{\})+$/, "");
  return name === "" || name === id || name.endsWith(`(${id})`)
    ? `Step "${id}"`
    : `Step "${id}" (${name})`;
}
