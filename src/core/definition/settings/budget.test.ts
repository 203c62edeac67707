import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import { parseMoney, sayAmount } from "../../amounts.ts";
import { readWorkflow, type Task } from "../index.ts";

const agents = {
  writer: { capabilities: [], effects: "pure" },
  sender: { capabilities: [], effects: "ask" },
} as const;
const read = (text: string) =>
  readWorkflow({ file: "a.yaml", text }, { agents, workflows: null, digest: digestOf });
const problemsOf = (text: string): string =>
  read(text)
    .problems.map(({ message, mend = "" }) => `${message} ${mend}`)
    .join("\n");
const taskOf = (text: string): Task | undefined => {
  const [step] = read(text).workflow?.root.steps ?? [];
  return step?.kind === "task" ? step : undefined;
};

describe("money as it is written", () => {
  test.each([
    ["USD 5.00", "USD", 5_000_000],
    ["5 EUR", "EUR", 5_000_000],
    ["chf0.000001", "CHF", 1],
    [" USD 1234.5 ", "USD", 1_234_500_000],
  ])("%s is whole millionths of its currency", (text, unit, micros) => {
    expect(parseMoney(text)).toEqual({ unit, micros });
  });

  test.each(["5", "USD", "USD -1", "USD 1.1234567", "$5", "USD 1,000", "DOLLARS 5", ""])(
    "%j is none",
    (text) => {
      expect(parseMoney(text)).toBeNull();
    },
  );

  test("is said with at least two places, and what it says is read again as the same", () => {
    expect(sayAmount("USD", 1_234_567_890_000)).toBe("USD 1,234,567.89");
    expect(sayAmount("USD", -500_001)).toBe("USD -0.500001");
    for (const micros of [0, 1, 10, 999_999, 1_000_000, 12_340_000])
      expect(parseMoney(sayAmount("EUR", micros))).toEqual({ unit: "EUR", micros });
  });
});

describe("a budget as it is written", () => {
  test("of a run is in resource_config, and the least of two totals counts", () => {
    const { workflow } = read(`
resource_limits: { token_budget: 120000 }
resource_config:
  token_budget: { total: 160000, per_step_max: 30000, reserved_for_error_handling: 10000 }
  money_budget: { total: { amount: 5, currency: usd }, per_step_max: USD 0.5 }
  api_limits: { max_calls: 1000 }
  on_budget_exceeded: ask
steps: [{ id: a, agent: writer }, { id: b, agent: writer, budget: { tokens: 5, time: 5m, on_exceeded: wait } }]
`);
    expect(workflow?.budget).toEqual({
      total: { tokens: 120_000, calls: 1_000, USD: 5_000_000 },
      reserved: { tokens: 10_000 },
      onExceeded: "ask",
    });
    const [a, b] = workflow?.root.steps ?? [];
    expect(a).toMatchObject({ budget: { most: { tokens: 30_000, USD: 500_000 }, timeMs: null } });
    expect(b).toMatchObject({
      budget: { most: { tokens: 5, USD: 500_000 }, timeMs: 300_000, onExceeded: "wait" },
    });
  });

  test("is not there where nobody writes one", () => {
    expect(read("steps: [{ id: a, agent: writer }]").workflow).not.toHaveProperty("budget");
    expect(taskOf("steps: [{ id: a, agent: writer }]")).not.toHaveProperty("budget");
  });

  test.each([
    [
      "a step's is more than the run's",
      "{ resource_limits: { token_budget: 10 }, steps: [{ id: a, agent: writer, budget: { tokens: 20 } }] }",
      "the whole run only 10 tokens",
    ],
    [
      "per_step_max is more than the total",
      "{ resource_config: { token_budget: { total: 10, per_step_max: 20 } }, steps: [{ id: a, agent: writer }] }",
      "more than the whole budget of 10 tokens",
    ],
    [
      "something is kept back of nothing",
      "{ resource_config: { token_budget: { reserved_for_error_handling: 20 } }, steps: [{ id: a, agent: writer }] }",
      "of a budget that has no total",
    ],
    [
      "two currencies meet",
      "{ resource_config: { money_budget: { total: USD 5, per_step_max: EUR 1 } }, steps: [{ id: a, agent: writer }] }",
      "never set against each other",
    ],
    [
      "a step's money is of another currency",
      "{ resource_config: { money_budget: { total: USD 5 } }, steps: [{ id: a, agent: writer, budget: { money: EUR 1 } }] }",
      "Write it in USD",
    ],
    [
      "money has no currency",
      "{ resource_config: { money_budget: { total: 5 } }, steps: [{ id: a, agent: writer }] }",
      "USD 5.00",
    ],
    [
      "the time is none",
      "{ steps: [{ id: a, agent: writer, budget: { time: 0s } }] }",
      "No time at all",
    ],
  ])("is refused where %s", (_where, text, message) => {
    expect(problemsOf(text)).toContain(message);
  });
});

describe("a cache as it is written", () => {
  test("is true for a day, or has its own time; the setting takes it from every step", () => {
    expect(taskOf("steps: [{ id: a, agent: writer, cache: true }]")?.cache).toEqual({
      ttlMs: 86_400_000,
      allowsAsk: false,
    });
    expect(taskOf("steps: [{ id: a, agent: writer, cache: { ttl: 2h } }]")?.cache?.ttlMs).toBe(
      7_200_000,
    );
    expect(taskOf("steps: [{ id: a, agent: writer, cache: false }]")?.cache).toBeUndefined();
    expect(
      taskOf(
        "{ execution_config: { cache: false }, steps: [{ id: a, agent: writer, cache: true }] }",
      )?.cache,
    ).toBeUndefined();
  });

  test("of an agent that counts as ask is a problem, unless its author allows it", () => {
    expect(problemsOf("steps: [{ id: a, agent: sender, cache: true }]")).toContain(
      "it would not be done",
    );
    expect(problemsOf("steps: [{ id: a, agent: sender, cache: { allow_ask: true } }]")).toBe("");
  });

  test("of more than ninety days is refused", () => {
    expect(problemsOf("steps: [{ id: a, agent: writer, cache: { ttl: 91d } }]")).toContain(
      "longer than 90 days",
    );
  });
});
