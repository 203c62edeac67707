import type { Amounts } from "../../src/core/amounts.ts";
import type { Chain, Delegation } from "../../src/core/approval/index.ts";
import { ALWAYS, addSpan } from "../../src/core/calendar/index.ts";
import type { AgentNeed, Workflow } from "../../src/core/definition/index.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import type { Account, Asked, EffectClass, Facts, Ranked } from "../../src/core/machine/index.ts";
import { chainOf, type GivenTool, judging } from "./tools.ts";
import { digestOf } from "./workflow.ts";

/** What the world of a test holds. An agent nobody describes is idempotent, and healthy. */
export type World = {
  readonly agents?: Readonly<Record<string, EffectClass>>;
  /** Who has which capabilities, best first. */
  readonly capable?: Readonly<Record<string, readonly string[]>>;
  readonly away?: readonly string[];
  /** What agents do not take, by their names. */
  readonly refusing?: Readonly<Record<string, Ranked["refuses"]>>;
  /** Agents that are people, and teams with who is meant by them. */
  readonly people?: Readonly<Record<string, Asked>>;
  readonly teams?: Readonly<Record<string, readonly string[]>>;
  /** Chains of approval, who stands above whom, who decides for whom, and what is stopped. */
  readonly chains?: Readonly<Record<string, Chain>>;
  readonly managers?: Readonly<Record<string, string>>;
  readonly delegations?: readonly Delegation[];
  readonly stopped?: () => string | null;
  /** What of conditions on which a step was allowed does not hold; absent: nobody can tell. */
  readonly unmet?: () => readonly string[];
  /** Agents that nobody declared. */
  readonly unknown?: readonly string[];
  /** Nothing begins: what is told is written down. */
  readonly isResting?: boolean;
  /** Other versions, to be moved to. */
  readonly versions?: readonly Workflow[];
  /** The sub-runs there are. */
  readonly workflows?: readonly string[];
  /** What one attempt of an agent uses, as its author says. */
  readonly estimates?: Readonly<Record<string, Amounts>>;
  /** The company's accounts. */
  readonly accounts?: (at: number) => readonly Account[];
  /** The tools of the map, by name; absent: there is no map. */
  readonly tools?: Readonly<Record<string, GivenTool>>;
  /** How often the shell sends `proceed` by itself: always, unless a test looks at the parts. */
  readonly proceeds?: boolean;
};

export function factsOf(world: World, contents: ReadonlyMap<Digest, string>): Facts {
  return {
    agents: (need) => agentsFor(world, need),
    read: (digest) => {
      const text = contents.get(digest);
      if (text === undefined) throw new Error(`Nobody keeps the content ${digest}.`);
      return JSON.parse(text) as Json;
    },
    workflow: (name) => ((world.workflows ?? []).includes(name) ? digestOf(name) : null),
    digest: digestOf,
    ...(world.versions === undefined
      ? {}
      : { definition: (digest) => world.versions?.find((one) => one.digest === digest) ?? null }),
    ...(world.isResting === true ? { isResting: true } : {}),
    ...(world.tools === undefined ? {} : judging(world.tools)),
    ...(world.unmet === undefined ? {} : { unmet: () => world.unmet?.() ?? [] }),
    ...(world.accounts === undefined ? {} : { accounts: world.accounts }),
    ...(world.chains === undefined && world.tools === undefined
      ? {}
      : { approvals: approvalsOf(world) }),
    ...(world.teams === undefined ? {} : { people: (name) => world.teams?.[name] ?? [] }),
  };
}

function approvalsOf(world: World): NonNullable<Facts["approvals"]> {
  return {
    chain: (name) => {
      const given = world.tools?.[name]?.chain;
      return world.chains?.[name] ?? (given === undefined ? null : chainOf(name, given));
    },
    manager: (person) => world.managers?.[person] ?? null,
    delegations: () => world.delegations ?? [],
    after: (at, span) => addSpan(ALWAYS, at, span),
    condition: (text) =>
      text === "nothing" ? { code: "bad-input", message: "Nothing is no condition." } : null,
    stopped: () => world.stopped?.() ?? null,
  };
}

function agentsFor(world: World, need: AgentNeed): readonly Ranked[] {
  const names =
    need.kind === "named"
      ? [need.agent]
      : Object.entries(world.capable ?? {})
          .filter(([, has]) => need.needs.every((one) => has.includes(one)))
          .map(([name]) => name);
  const known = names.filter((name) => world.unknown?.includes(name) !== true);
  return known.map((agent) => ({
    agent,
    digest: digestOf(agent),
    effects: world.agents?.[agent] ?? "idempotent",
    healthy: !(world.away ?? []).includes(agent),
    why: `${agent} can do it`,
    ...(world.estimates?.[agent] === undefined ? {} : { estimate: world.estimates[agent] }),
    ...(world.refusing?.[agent] === undefined ? {} : { refuses: world.refusing[agent] }),
    ...(world.people?.[agent] === undefined ? {} : { person: world.people[agent] }),
  }));
}
