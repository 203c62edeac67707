import { ownOf } from "../../own.ts";
import { type Grant, LEVELS, type Level } from "../work-map.ts";
import { type Checking, inWords, namesSaid, unknownName } from "./checking.ts";
import { agentOf, toolStepsOf } from "./workflows.ts";

/** Each grant is of an agent and of tools that are there, and goes as far as its level and no further. */
export function checkGrants(checking: Checking): void {
  for (const grant of Object.values(checking.map.agents)) {
    checkAgent(grant, checking);
    checkGranted(grant, checking);
    checkLevel(grant, checking);
    checkOnly(grant, checking);
  }
}

/** A grant is an agent's, or one that steps of workflows act with (`as`), also of one that cannot be read yet. */
function checkAgent({ agent }: Grant, { agents, workflows, broken, report }: Checking): void {
  if (agents === null || broken.length > 0 || Object.hasOwn(agents, agent)) return;
  const acting = Object.values(workflows ?? {}).flatMap(toolStepsOf);
  if (acting.some((step) => agentOf(step) === agent)) return;
  report.add({
    ...unknownName("agent", agent, Object.keys(agents)),
    code: "unknown-agent",
    severity: "warning",
    message: `There is no agent "${agent}", and no step of a workflow acts as it.`,
    path: ["agents", agent],
    key: true,
  });
}

function checkGranted({ agent, tools, requests, level }: Grant, checking: Checking): void {
  const { map, said, report } = checking;
  const known = namesSaid(said, "tools");
  tools.forEach((name, at) => {
    const path = ["agents", agent, "may", "tools", at];
    const tool = ownOf(map.tools, name);
    if (!known.includes(name)) report.add({ ...unknownName("tool", name, known), path });
    else if (tool !== undefined && rank(tool.level) > rank(level))
      report.add({
        code: "wrong-value",
        message: `The tool "${name}" has the level ${tool.level}, and "${agent}" may go to ${level}.`,
        mend: `Raise the agent's level to ${tool.level}, or take the tool out.`,
        path,
      });
  });
  const types = namesSaid(said, "requests");
  requests?.forEach((name, at) => {
    if (!types.includes(name))
      report.add({
        ...unknownName("type of request", name, types),
        mend: unknownName("request", name, types).mend,
        path: ["agents", agent, "may", "requests", at],
      });
  });
}

/** A level that no tool needs lets in whatever tool comes later. */
function checkLevel({ agent, level, tools }: Grant, { map, report }: Checking): void {
  const levels = tools.flatMap((name) => ownOf(map.tools, name)?.level ?? []);
  const highest = Math.max(0, ...levels.map(rank));
  if (levels.length === 0 || levels.length < tools.length || highest >= rank(level)) return;
  report.add({
    code: "advice",
    severity: "warning",
    message: `"${agent}" may go to ${level}, and none of its tools goes further than ${LEVELS[highest]}.`,
    mend: `Write level: ${LEVELS[highest]}.`,
    path: ["agents", agent, "may", "level"],
  });
}

function checkOnly({ agent, only, tools }: Grant, { report }: Checking): void {
  for (const name of Object.keys(only))
    if (!tools.includes(name))
      report.add({
        code: "wrong-value",
        message: `"${agent}" may not use the tool "${name}" at all, so that this is never asked.`,
        mend: tools.length === 0 ? "Take it out." : `It may use ${inWords(tools)}.`,
        path: ["agents", agent, "may", "only", name],
        key: true,
      });
}

export function rank(level: Level): number {
  return LEVELS.indexOf(level);
}
