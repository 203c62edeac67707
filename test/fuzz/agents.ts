import type { JsonObject } from "../../src/core/json.ts";
import type { AgentTask, FunctionAgent, FunctionAnswer, Tools } from "../../src/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import type { Chance } from "../simulation/chance.ts";
import { garbage } from "./garbage.ts";
import { mutateValue } from "./mutate-value.ts";
import { outputsFor } from "./sample.ts";

/** Every agent that the given definitions name. */
export const AGENTS: readonly string[] = [
  ..."loader mailer planner writer critic senior backend-development data-engineering".split(" "),
  ..."compliance-checker-agent codi-documentation-writer testing-specialist code-reviewer".split(
    " ",
  ),
  ..."codebase-analyzer web-search-researcher database-maintenance market-analyst".split(" "),
  "senior-architect",
];

export type Temper = {
  readonly chance: Chance;
  readonly clock: VirtualClock;
  /** Share of answers that are no answers; and of failures as an agent should tell them. */
  readonly garbled: number;
  readonly failing: number;
  readonly types: () => Readonly<Record<string, JsonObject>>;
};

const KINDS: readonly string[] = [
  ..."network_timeout api_rate_limit invalid_input_data security_violation agent_unavailable".split(
    " ",
  ),
  "non_critical_data_missing",
  "its own word",
];

/** Agents by name, in this process: mostly good ones, some that fail, and some that answer with anything. */
export function agentsOf(temper: Temper): Readonly<Record<string, FunctionAgent>> {
  return Object.fromEntries(AGENTS.map((name) => [name, agent(name, temper)]));
}

function agent(name: string, temper: Temper): FunctionAgent {
  const chance = temper.chance.apart(name);
  const asking = temper.chance.apart(`${name} asks`);
  return {
    effects: chance.one(["pure", "idempotent", "ask"]),
    capabilities: ["plan"],
    ...(chance.is(temper.garbled / 8) ? { health: () => health(chance) } : {}),
    attempt: (task, tools, abort) => {
      if (asking.is(temper.garbled / 2)) askGarbled(tools, asking);
      return answer(task, abort, { ...temper, chance }) as FunctionAnswer;
    },
  };
}

/** It asks for tools that nobody has, in words that nobody understands, and does not wait for an answer. */
function askGarbled({ use, useAll }: Tools, chance: Chance): void {
  const one = { tool: "order.read", args: { id: 7 }, as: "a#1" };
  const asked = chance.one<() => Promise<unknown>>([
    () => use(garbage(chance) as string, garbage(chance) as JsonObject, garbage(chance) as string),
    () => use("order.read", garbage(chance) as JsonObject),
    () => useAll(garbage(chance) as never),
    () => useAll([garbage(chance)] as never),
    () => useAll(mutateValue([one, { ...one, as: "a#2" }], chance, garbage) as never),
    () => useAll([one, one, { ...one, args: { id: 8 } }]),
  ]);
  // Whoever asks nonsense is told so, now or later: neither ends anything but its own attempt.
  new Promise((told) => told(asked())).catch(() => undefined);
}

function health(chance: Chance): string | null {
  const given = garbage(chance);
  const ways: (() => unknown)[] = [
    () => given,
    () => Promise.resolve(given),
    () => Promise.reject(given),
    () => new Promise(() => {}),
    () => {
      throw given;
    },
  ];
  return chance.one(ways)() as string | null;
}

function answer(task: AgentTask, abort: AbortSignal, temper: Temper): unknown {
  const { chance, clock } = temper;
  if (chance.is(temper.garbled)) return garbled(task, abort, temper);
  const given = chance.is(temper.failing)
    ? { error: { kind: chance.one(KINDS), message: "It failed on purpose." } }
    : { outputs: outputsFor(task.outputs, temper.types(), chance) };
  if (chance.is(0.5)) return given;
  return new Promise((resolve) => clock.after(chance.between(0, 4_000), () => resolve(given)));
}

function garbled(task: AgentTask, abort: AbortSignal, { chance, clock, types }: Temper): unknown {
  const good = outputsFor(task.outputs, types(), chance);
  const given = chance.one<() => unknown>([
    () => garbage(chance),
    () => ({ outputs: garbage(chance) }),
    () => ({ outputs: mutateValue(good, chance, garbage) }),
    () => ({ outputs: { ...good, more: garbage(chance) } }),
    () => ({ error: garbage(chance) }),
    () => ({ error: mutateValue(FAILURE, chance, garbage) }),
    () => ({ outputs: good, usage: mutateValue(USAGE, chance, garbage) }),
    () => ({ outputs: good, warnings: mutateValue(["a", "b"], chance, garbage) }),
    () => ({ outputs: good, error: garbage(chance) }),
  ])();
  const later = chance.between(0, 90_000);
  return chance.one<() => unknown>([
    () => given,
    () => given,
    () => Promise.resolve(given),
    () => Promise.reject(given),
    () => new Promise(() => {}),
    () => new Promise((resolve) => clock.after(later, () => resolve(given))),
    () => new Promise((_, reject) => clock.after(later, () => reject(given))),
    () => new Promise((resolve) => abort.addEventListener("abort", () => resolve(given))),
    () => thenable((resolve) => resolve(given)),
    () => thenable((resolve, reject) => (resolve(given), reject(given))),
    () => thenable(() => {}),
    () => {
      throw given;
    },
  ])();
}

type Settle = (value: unknown) => void;

function thenable(settle: (resolve: Settle, reject: Settle) => void): unknown {
  // oxlint-disable-next-line unicorn/no-thenable -- an agent may well answer with one
  return { then: settle };
}

const FAILURE = {
  class: "transient",
  kind: "network_timeout",
  message: "no answer",
  retryAfter: "5s",
  certain: true,
  details: { a: 1 },
};
const USAGE = { tokens: 12, costMicros: 5, currency: "EUR", calls: 1 };
