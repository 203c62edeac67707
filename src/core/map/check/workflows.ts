import type { Step, Task, Workflow } from "../../definition/index.ts";
import { suggestion } from "../../expression/index.ts";
import { stepsOf } from "../../machine/index.ts";
import { ownOf } from "../../own.ts";
import type { Problem } from "../../problem.ts";
import { propertiesOf } from "../tool-args.ts";
import { type Grant, LEVELS, type Tool, type WorkMap } from "../work-map.ts";
import { type Checking, inWords, namesSaid, unknownName } from "./checking.ts";
import { mayBeUsed } from "./may-be-used.ts";

/** What the steps of workflows do with tools is what their agents may do. */
export function checkWorkflows({ map, said, workflows, elsewhere }: Checking): void {
  if (workflows === null) return;
  const tools = namesSaid(said, "tools");
  for (const workflow of Object.values(workflows))
    for (const step of toolStepsOf(workflow)) {
      if (!tools.includes(step.tool)) {
        elsewhere.push({ ...unknownName("tool", step.tool, tools), where: step.where });
        continue;
      }
      const tool = ownOf(map.tools, step.tool);
      if (tool === undefined) continue;
      elsewhere.push(...aboutGrant(step, workflow, map), ...aboutInputs(step, tool));
    }
  for (const request of Object.values(map.requests)) {
    const workflow = ownOf(workflows, request.workflow);
    if (workflow !== undefined) elsewhere.push(...leftOut(workflow, request.name, map));
  }
}

export type ToolStep = Task & { readonly tool: string };

export function toolStepsOf({ root }: Workflow): readonly ToolStep[] {
  return [...stepsOf(root)].filter(
    (step): step is ToolStep => step.kind === "task" && step.tool !== undefined,
  );
}

export function agentOf(step: Step): string | null {
  return step.kind === "task" && step.agent.kind === "named" ? step.agent.agent : null;
}

function aboutGrant(step: ToolStep, { name }: Workflow, map: WorkMap): readonly Problem[] {
  const agent = agentOf(step);
  const grant = agent === null ? undefined : ownOf(map.agents, agent);
  if (agent === null || grant?.tools.includes(step.tool) === true) {
    if (isTooFar(grant, step.tool, map)) return [];
    const types = Object.values(map.requests).filter(({ workflow }) => workflow === name);
    return types
      .filter(({ name: request }) => grant && !mayBeUsed(map, grant, { tool: step.tool, request }))
      .map(({ name: request }) => ({
        code: "not-allowed",
        message: `"${agent}" may not use "${step.tool}" for requests of the type "${request}", which this workflow does.`,
        mend: `Add the type to requests of the agent "${agent}" in map.yaml, and the tool to the tools of the type, where it names some.`,
        where: step.where,
      }));
  }
  return [
    {
      code: "not-allowed",
      message: `"${agent}" may not use the tool "${step.tool}": this step would be refused.`,
      mend: `Grant it: agents: {${agent}: {may: {tools: [${step.tool}]}}} in map.yaml.`,
      where: step.where,
    },
  ];
}

/** Told where it is granted. */
function isTooFar(grant: Grant | undefined, tool: string, { tools }: WorkMap): boolean {
  const level = ownOf(tools, tool)?.level ?? "reference";
  return grant !== undefined && LEVELS.indexOf(level) > LEVELS.indexOf(grant.level);
}

function aboutInputs(step: ToolStep, { name, args, scope }: Tool): readonly Problem[] {
  const known = Object.keys(propertiesOf(args));
  const given = Object.keys(step.inputs);
  const stray = given.filter((input) => !known.includes(input));
  const { required } = args;
  const missing = (Array.isArray(required) ? required.map(String) : []).filter(
    (arg) => !given.includes(arg) && !Object.hasOwn(scope.args, arg),
  );
  return [
    ...stray.map(
      (input): Problem => ({
        code: "wrong-value",
        message: `The tool "${name}" has no argument "${input}".`,
        mend: suggestion(input, known, "Arguments"),
        where: step.where,
      }),
    ),
    ...(missing.length === 0
      ? []
      : [
          {
            code: "missing-key",
            message: `The tool "${name}" needs ${inWords(missing)}, and this step does not give it.`,
            mend: `Write inputs: {${missing[0]}: …}.`,
            where: step.where,
          } as const,
        ]),
  ];
}

/** An agent with tools, none of which it may use for the type of request that the workflow does. */
function leftOut(workflow: Workflow, request: string, map: WorkMap): readonly Problem[] {
  return [...stepsOf(workflow.root)].flatMap((step): readonly Problem[] => {
    const agent = agentOf(step);
    const grant = agent === null ? undefined : ownOf(map.agents, agent);
    const isTool = step.kind === "task" && step.tool !== undefined;
    if (isTool || grant === undefined || grant.tools.length === 0) return [];
    if (grant.tools.some((tool) => mayBeUsed(map, grant, { tool, request }))) return [];
    return [
      {
        code: "advice",
        severity: "warning",
        message: `"${agent}" may use none of its tools for requests of the type "${request}", which this workflow does.`,
        mend: `Add the type to requests of the agent "${agent}" in map.yaml, if it is to use some.`,
        where: step.where,
      },
    ];
  });
}
