import type { AgentNeed } from "../../../core/definition/index.ts";
import type { Ranked } from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Agent } from "../../agents/index.ts";

/** The agents that this process was handed, and how each was when it was last asked. */
export type OwnAgents = {
  readonly rank: (need: AgentNeed) => readonly Ranked[];
  /** null is: healthy. */
  readonly ask: (name: string) => Promise<string | null>;
  /** What keeps all of those that can do it from it; null where one of them is well. */
  readonly problemWith: (need: AgentNeed) => Promise<Problem | null>;
};

export function openOwnAgents(agents: ReadonlyMap<string, Agent>): OwnAgents {
  const unwell = new Map<string, string>();
  const ask = async (name: string): Promise<string | null> => {
    const fault = (await agents.get(name)?.health()) ?? null;
    if (fault === null) unwell.delete(name);
    else unwell.set(name, fault);
    return fault;
  };
  return {
    ask,
    rank: (need) => able(need, agents).map((agent) => ranked(need, agent, unwell.has(agent.name))),
    problemWith: async (need) => {
      const names = able(need, agents).map(({ name }) => name);
      const faults = await Promise.all(names.map(ask));
      if (faults.includes(null)) return null;
      const said = names.map((name, at) => `The agent "${name}" is not ready: ${faults[at]}`);
      return { code: "unhealthy-agent", message: said.join(" ") };
    },
  };
}

function able(need: AgentNeed, agents: ReadonlyMap<string, Agent>): readonly Agent[] {
  return [...agents.values()].filter((agent) =>
    need.kind === "named"
      ? agent.name === need.agent
      : need.needs.every((one) => agent.capabilities.includes(one)),
  );
}

function ranked(
  need: AgentNeed,
  { name, digest, effects, estimate }: Agent,
  isUnwell: boolean,
): Ranked {
  const why = need.kind === "named" ? "named by the step" : `can do ${need.needs.join(", ")}`;
  return {
    agent: name,
    digest,
    effects,
    healthy: !isUnwell,
    why: isUnwell ? `${why}; not healthy when last asked` : why,
    ...(estimate === undefined ? {} : { estimate }),
  };
}
