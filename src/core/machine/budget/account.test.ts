import { describe, expect, test } from "vitest";
import { begun, gave, ledger } from "../../../../test/given/budget.ts";

describe("a company's account", () => {
  const account = (left: number) => [
    { name: "tokens day 2026-11-20", unit: "tokens", most: 100, left },
  ];
  const TEXT = "steps: [{ id: a, agent: writer }, { id: b, agent: writer }]";
  const estimates = { writer: { tokens: 30 } };

  test("holds what an attempt sets aside, and what it used once that is known", () => {
    const run = begun(TEXT, { estimates, accounts: () => account(100) });
    expect(run.events("step.started")[0]?.attempt).toMatchObject({
      reserve: { tokens: 30 },
      claims: ["tokens day 2026-11-20"],
    });
    expect(ledger(run).claims).toEqual({ "tokens day 2026-11-20": 30 });
    run.answers("a", gave({ tokens: 4 }));
    expect(ledger(run).claims).toEqual({ "tokens day 2026-11-20": 34 });
  });

  test("is not overdrawn by two attempts of one decision", () => {
    const run = begun(
      `execution: parallel\n${TEXT.replace("writer }]", "writer, optional: true }]")}`,
      { estimates, accounts: () => account(50) },
    );
    expect(run.inFlight()).toEqual(["a"]);
    expect(run.ended("b")).toBe("degraded");
  });

  test("is looked at again while a step waits for it, less and less often", () => {
    let left = 0;
    const run = begun(
      "{ resource_config: { on_budget_exceeded: wait, token_budget: { total: 1000 } }, steps: [{ id: a, agent: writer }] }",
      { estimates, accounts: () => account(left) },
    );
    run.after(3_600_000);
    const dues = run.events("budget.waited").map(({ due, at }) => due - at);
    expect(dues).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 960_000, 1_920_000]);
    left = 100;
    run.after(3_600_000);
    expect(run.inFlight()).toEqual(["a"]);
  });
});
