import type { SettingsSource } from "../../src/core/definition/index.ts";
import type { Given } from "../given/run.ts";
import { ok, type Row } from "./row.ts";

type Config = NonNullable<SettingsSource["resource_config"]>;

const TWO = ["a", "b"].map((id) => ({ id, agent: "maker" }));
const DEAR = { estimates: { maker: { tokens: 60, USD: 600_000 } } };
const reserved = (run: Given): unknown => run.run().ledger?.reserved ?? {};

/** What has become of two steps, the first of which used what it was given. */
function both(run: Given): unknown {
  if (run.inFlight().includes("a"))
    run.answers("a", ok({ tokens: 60, costMicros: 600_000, currency: "USD" }));
  return [run.ended("a"), run.ended("b")];
}

function tokens(
  key: string,
  token_budget: NonNullable<Config["token_budget"]>,
  rest: Partial<Row> & Pick<Row, "sees" | "gives">,
): Row {
  return {
    key: `resource_config.token_budget.${key}`,
    with: { resource_config: { token_budget } },
    ...rest,
  };
}

function money(
  key: string,
  money_budget: NonNullable<Config["money_budget"]>,
  rest: Partial<Row> & Pick<Row, "sees" | "gives">,
): Row {
  return {
    key: `resource_config.money_budget.${key}`,
    with: { resource_config: { money_budget } },
    ...rest,
  };
}

/** The second step does not fit any more. */
const TWICE = {
  steps: TWO,
  world: DEAR,
  sees: both,
  gives: { with: ["completed", "failed"], without: ["completed", null] },
};

export const resources: readonly Row[] = [
  {
    key: "resource_limits.total_timeout",
    with: { resource_limits: { total_timeout: "2 hours" } },
    sees: (run) => {
      run.after(7_200_000);
      return run.status();
    },
    gives: { with: "failed", without: "running" },
  },
  {
    key: "resource_limits.max_concurrent_agents",
    with: { execution_config: { mode: "parallel" }, resource_limits: { max_concurrent_agents: 1 } },
    without: { execution_config: { mode: "parallel" } },
    steps: TWO,
    sees: (run) => run.inFlight(),
    gives: { with: ["a"], without: ["a", "b"] },
  },
  {
    key: "resource_limits.token_budget",
    with: { resource_limits: { token_budget: 100 } },
    steps: TWO,
    world: DEAR,
    sees: both,
    gives: { with: ["completed", "failed"], without: ["completed", null] },
  },
  {
    key: "resource_config.compute.max_agents_concurrent",
    with: {
      execution_config: { mode: "parallel" },
      resource_config: { compute: { max_agents_concurrent: 1 } },
    },
    without: { execution_config: { mode: "parallel" } },
    steps: TWO,
    sees: (run) => run.inFlight(),
    gives: { with: ["a"], without: ["a", "b"] },
  },
  {
    key: "resource_config.compute.agent_timeout",
    with: { resource_config: { compute: { agent_timeout: "300s" } } },
    steps: [{ id: "a", agent: "maker", timeout: "1h" }],
    sees: (run) => run.owes("perform")[0]?.timeoutMs,
    gives: { with: 300_000, without: 3_600_000 },
  },
  {
    key: "resource_config.on_budget_exceeded",
    with: { resource_config: { token_budget: { total: 100 }, on_budget_exceeded: "ask" } },
    without: { resource_config: { token_budget: { total: 100 } } },
    steps: TWO,
    world: DEAR,
    sees: both,
    gives: { with: ["completed", null], without: ["completed", "failed"] },
  },
  {
    key: "resource_config.api_limits.max_calls",
    with: { resource_config: { api_limits: { max_calls: 1 } } },
    steps: TWO,
    sees: (run) => {
      run.answers("a", ok(undefined));
      return run.ended("b");
    },
    gives: { with: "failed", without: null },
  },
  tokens(
    "total",
    { total: 100 },
    {
      steps: TWO,
      world: DEAR,
      sees: both,
      gives: { with: ["completed", "failed"], without: ["completed", null] },
    },
  ),
  tokens(
    "per_step_max",
    { total: 100, per_step_max: 40 },
    {
      without: { resource_config: { token_budget: { total: 100 } } },
      sees: reserved,
      gives: { with: { tokens: 40 }, without: {} },
    },
  ),
  tokens(
    "reserved_for_error_handling",
    { total: 100, reserved_for_error_handling: 50 },
    {
      without: { resource_config: { token_budget: { total: 100 } } },
      world: DEAR,
      sees: (run) => run.ended("a"),
      gives: { with: "failed", without: null },
    },
  ),
  money("total", { total: "USD 1.00" }, TWICE),
  money("total.amount", { total: { amount: 1, currency: "USD" } }, TWICE),
  money(
    "total.currency",
    { total: { amount: 1, currency: "EUR" } },
    {
      without: { resource_config: { money_budget: { total: { amount: 1, currency: "USD" } } } },
      steps: TWO,
      world: DEAR,
      sees: both,
      gives: { with: ["completed", null], without: ["completed", "failed"] },
    },
  ),
  money(
    "per_step_max",
    { per_step_max: "USD 0.25" },
    {
      sees: reserved,
      gives: { with: { USD: 250_000 }, without: {} },
    },
  ),
  money(
    "per_step_max.amount",
    { per_step_max: { amount: 0.5, currency: "USD" } },
    {
      without: {
        resource_config: { money_budget: { per_step_max: { amount: 0.25, currency: "USD" } } },
      },
      sees: reserved,
      gives: { with: { USD: 500_000 }, without: { USD: 250_000 } },
    },
  ),
  money(
    "per_step_max.currency",
    { per_step_max: { amount: 0.25, currency: "EUR" } },
    {
      without: {
        resource_config: { money_budget: { per_step_max: { amount: 0.25, currency: "USD" } } },
      },
      sees: reserved,
      gives: { with: { EUR: 250_000 }, without: { USD: 250_000 } },
    },
  ),
  money(
    "reserved_for_error_handling",
    { total: "USD 1.00", reserved_for_error_handling: "USD 0.50" },
    {
      without: { resource_config: { money_budget: { total: "USD 1.00" } } },
      world: DEAR,
      sees: (run) => run.ended("a"),
      gives: { with: "failed", without: null },
    },
  ),
  money("reserved_for_error_handling.amount", keptBack(0.5), {
    without: { resource_config: { money_budget: keptBack(0.25) } },
    world: DEAR,
    sees: (run) => run.ended("a"),
    gives: { with: "failed", without: null },
  }),
];

function keptBack(amount: number): NonNullable<Config["money_budget"]> {
  return { total: "USD 1.00", reserved_for_error_handling: { amount, currency: "USD" } };
}
