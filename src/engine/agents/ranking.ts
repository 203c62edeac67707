import { type AgentNeed, fitInputs } from "../../core/definition/index.ts";
import type { Ranked } from "../../core/machine/index.ts";
import type { Agent } from "./agent.ts";

/** Needs whose ranking is kept; above it all are worked out again. */
const RANKINGS_MOST = 1_000;

/** Who can do what a step needs. A ranking is worked out once, until `forget`. */
export function openRankings(
  agents: ReadonlyMap<string, Agent>,
  isHealthy: (agent: string) => boolean,
): Rankings {
  const kept = new Map<string, readonly Ranked[]>();
  return {
    rank: (need) => {
      const name = nameOfNeed(need);
      const known = kept.get(name);
      if (known !== undefined) return known;
      if (kept.size >= RANKINGS_MOST) kept.clear();
      const ranking = rankingOf(need, agents, isHealthy);
      kept.set(name, ranking);
      return ranking;
    },
    forget: () => kept.clear(),
  };
}

export type Rankings = {
  readonly rank: (need: AgentNeed) => readonly Ranked[];
  readonly forget: () => void;
};

/** The same for the same need, in whatever order its capabilities stand. */
export function nameOfNeed(need: AgentNeed): string {
  return need.kind === "named"
    ? `agent ${need.agent}`
    : `needs ${[...need.needs].sort().join(" ")}`;
}

function rankingOf(
  need: AgentNeed,
  agents: ReadonlyMap<string, Agent>,
  isHealthy: (agent: string) => boolean,
): readonly Ranked[] {
  const ranked = (agent: Agent, why: string): Ranked => ({
    agent: agent.name,
    digest: agent.digest,
    effects: agent.effects,
    healthy: isHealthy(agent.name),
    why: isHealthy(agent.name) ? why : `${why}; not healthy when last asked`,
    ...(agent.person === undefined ? {} : { person: agent.person }),
    ...(agent.estimate === undefined ? {} : { estimate: agent.estimate }),
    ...refusing(agent),
  });
  if (need.kind === "named") {
    const agent = agents.get(need.agent);
    return agent === undefined ? [] : [ranked(agent, "named by the step")];
  }
  return [...agents.values()]
    .filter(({ capabilities }) => need.needs.every((one) => capabilities.includes(one)))
    .sort(
      (a, b) =>
        Number(isHealthy(b.name)) - Number(isHealthy(a.name)) ||
        a.capabilities.length - b.capabilities.length ||
        (a.name < b.name ? -1 : 1),
    )
    .map((agent) => ranked(agent, whyCapable(need.needs, agent)));
}

/** Whoever says what it takes is chosen only for that. */
function refusing({ inputs: declared }: Agent): Pick<Ranked, "refuses"> {
  if (declared === undefined || declared === null) return {};
  return {
    refuses: (inputs) => {
      const fitted = fitInputs(declared, inputs);
      return fitted.ok ? null : fitted.why;
    },
  };
}

/**
 * The healthy by how much they have in hand: whoever has a place free before whoever has none, then who
 * can do the least besides, then the least busy.
 *
 * @param load shares of what each takes at once
 */
export function balanced(
  ranking: readonly Ranked[],
  load: (agent: string) => number,
  besides: (agent: string) => number,
): readonly Ranked[] {
  if (ranking.length < 2) return ranking;
  const isFull = ({ agent }: Ranked): number => (load(agent) >= 1 ? 1 : 0);
  return ranking.toSorted(
    (a, b) =>
      Number(b.healthy) - Number(a.healthy) ||
      isFull(a) - isFull(b) ||
      besides(a.agent) - besides(b.agent) ||
      load(a.agent) - load(b.agent),
  );
}

function whyCapable(needs: readonly string[], { capabilities }: Agent): string {
  const besides = capabilities.length - new Set(needs).size;
  return `can do ${needs.join(", ")}${besides > 0 ? `, and ${besides} more` : ""}`;
}
