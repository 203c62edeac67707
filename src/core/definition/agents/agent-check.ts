import { suggestion } from "../../expression/index.ts";
import { ownOf } from "../../own.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Building } from "../steps/building.ts";
import type { AgentNeed } from "../workflow.ts";

/** An agent that nobody declared is an error inside a company, and a warning for a lone file. */
export function reportAgent(
  name: string,
  path: ValuePath,
  { report, surroundings: { agents } }: Pick<Building, "report" | "surroundings">,
): void {
  if (agents === null) {
    report.addOnce(`agent ${name}`, {
      code: "unknown-agent",
      severity: "warning",
      message: `Nobody knows the agent "${name}": this file stands alone.`,
      mend: `Put it into a company's workflows/, and the agent into agents/${name}.yaml.`,
      path,
    });
    return;
  }
  if (Object.hasOwn(agents, name)) return;
  const names = Object.keys(agents);
  report.add({
    code: "unknown-agent",
    message: `There is no agent "${name}" in this company.`,
    mend:
      names.length === 0
        ? `Declare it in agents/${name}.yaml: the company has no agents yet.`
        : `${suggestion(name, names, "Agents")} Or declare it in agents/${name}.yaml.`,
    path,
  });
}

/** A fallback that is no agent is a person's task; that it may be misspelt is told. */
export function reportFallback(
  name: string,
  path: ValuePath,
  building: Pick<Building, "report" | "surroundings">,
): void {
  const { agents } = building.surroundings;
  if (agents === null || Object.hasOwn(agents, name)) return reportAgent(name, path, building);
  building.report.add({
    code: "unknown-agent",
    severity: "warning",
    message: `There is no agent "${name}" in this company: as a fallback it is a person's task.`,
    mend: `Leave it so, or declare it in agents/${name}.yaml. ${suggestion(name, Object.keys(agents), "Agents")}`,
    path,
  });
}

/** That somebody has all the capabilities a step needs; nobody knows for a lone file. */
export function reportCapabilities(
  needs: readonly string[],
  path: ValuePath,
  { report, surroundings: { agents } }: Pick<Building, "report" | "surroundings">,
): void {
  if (agents === null) return;
  const known = Object.values(agents);
  if (known.some(({ capabilities }) => needs.every((need) => capabilities.includes(need)))) return;
  const all = [...new Set(known.flatMap(({ capabilities }) => capabilities))].toSorted();
  const missing = needs.find((need) => !all.includes(need));
  const broken = Object.entries(agents).find(([, { isBroken }]) => isBroken === true);
  report.add({
    code: "unknown-agent",
    message:
      missing === undefined
        ? `No agent has all of these capabilities: ${needs.join(", ")}.`
        : `No agent has the capability "${missing}".`,
    mend:
      broken !== undefined
        ? `Mend agents/${broken[0]}.yaml first: what it can do is not known.`
        : missing === undefined
          ? "Give them to one agent, or make several steps of it."
          : all.length === 0
            ? `Declare an agent that has it, in agents/NAME.yaml: capabilities: [${missing}].`
            : suggestion(missing, all, "Capabilities"),
    path,
  });
}

/** What counts as ask is done for its effect: a result that is used again would leave it undone. */
export function reportCacheOfAsk(
  agent: AgentNeed,
  path: ValuePath,
  { surroundings, report }: Building,
): void {
  const known = agent.kind === "named" ? ownOf(surroundings.agents, agent.agent) : undefined;
  if (agent.kind !== "named" || known?.effects !== "ask") return;
  report.add({
    code: "wrong-value",
    message: `The agent "${agent.agent}" counts as ask, so that its work may have an effect each time: with a cache it would not be done.`,
    mend: "Declare effects: pure at the agent, take cache out, or write cache: {allow_ask: true}.",
    path,
    key: true,
  });
}
