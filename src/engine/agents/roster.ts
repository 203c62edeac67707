import type { AgentDefinition, AgentNeed } from "../../core/definition/index.ts";
import type { Ranked } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { sweepScratch } from "../outside/index.ts";
import type { Agent } from "./agent.ts";
import { type HealthShell, openHealth } from "./health.ts";
import { openIn } from "./open-agent.ts";
import { nameOfNeed, openRankings } from "./ranking.ts";
import { type SettingOptions, settingOf } from "./setting.ts";

/** Every agent of a company. */
export type Roster = {
  agent(name: string): Agent | null;
  readonly names: readonly string[];
  /**
   * Who can do it, best first: the healthy before the others, then who can do the least besides,
   * then by name. Nobody: an empty list.
   */
  rank(need: AgentNeed): readonly Ranked[];
  /**
   * Asks the agents that these needs may lead to, all at once, before the first step of a run. An
   * answer younger than `HEALTH_FRESH_MS` is not asked for again.
   *
   * @returns a problem for each need that no healthy agent can do
   */
  health(needs: readonly AgentNeed[]): Promise<readonly Problem[]>;
  /** Why it was not healthy when it was last asked; null: it was, or was never asked. */
  faultOf(agent: string): string | null;
  /** Asks it, unless it said something a moment ago. */
  ask(agent: string): Promise<string | null>;
  /** It is at work: it is asked for its health again and again, as long as it is. */
  watch(agent: string): void;
  /** Ends all workers. Attempts in flight are ended by their own `abort`, before. */
  close(): Promise<void>;
};

/**
 * Ends what an earlier process left running, and opens every agent.
 *
 * @param definitions names are unique
 * @param folder      the company's, absolute
 */
export async function openRoster(
  definitions: readonly AgentDefinition[],
  folder: string,
  options: SettingOptions & Partial<Omit<HealthShell, "now">> = {},
): Promise<Roster> {
  const setting = settingOf(folder, options);
  await sweepScratch(setting.scratch);
  const opened = await Promise.all(definitions.map((definition) => openIn(setting, definition)));
  const agents = new Map(opened.map((agent) => [agent.name, agent]));
  const { after, isAtWork } = options;
  const health = openHealth(agents, {
    now: setting.now,
    changed: (name, fault) => {
      rankings.forget();
      // Its processes are replaced: what is wrong may be with them alone.
      if (fault !== null) void agents.get(name)?.renew?.();
      options.changed?.(name, fault);
    },
    ...(after === undefined ? {} : { after }),
    ...(isAtWork === undefined ? {} : { isAtWork }),
  });
  const rankings = openRankings(agents, (name) => health.faultOf(name) === null);

  const problemWith = async (need: AgentNeed): Promise<Problem | null> => {
    const able = rankings.rank(need).map(({ agent }) => agent);
    const faults = await Promise.all(able.map((agent) => health.ask(agent)));
    if (faults.includes(null)) return null;
    const where = definitions.find(({ name }) => name === able[0])?.where;
    const said = able.map((agent, at) => `The agent "${agent}" is not ready: ${faults[at]}`);
    return problemOf(need, said, where);
  };
  return {
    agent: (name) => agents.get(name) ?? null,
    names: [...agents.keys()].sort(),
    rank: rankings.rank,
    faultOf: (name) => health.faultOf(name),
    ask: (name) => health.ask(name),
    watch: (name) => health.watch(name),
    health: async (needs) => {
      const distinct = new Map(needs.map((need) => [nameOfNeed(need), need]));
      const problems = await Promise.all([...distinct.values()].map(problemWith));
      return problems.filter((problem) => problem !== null);
    },
    close: async () => {
      health.close();
      await Promise.all(opened.map((agent) => agent.close()));
      setting.warden.close();
    },
  };
}

function problemOf(need: AgentNeed, said: readonly string[], where: Problem["where"]): Problem {
  if (said.length > 0) {
    const message = said.join(" ");
    return { code: "unhealthy-agent", message, ...(where === undefined ? {} : { where }) };
  }
  return need.kind === "named"
    ? {
        code: "unknown-agent",
        message: `There is no agent "${need.agent}".`,
        mend: `Write agents/${need.agent}.yaml.`,
      }
    : {
        code: "unknown-agent",
        message: `No agent can do ${need.needs.join(", ")}.`,
        mend: "Add the capabilities to an agent.",
      };
}
