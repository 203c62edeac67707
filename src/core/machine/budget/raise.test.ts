import { describe, expect, test } from "vitest";
import { begun, failed, ledger } from "../../../../test/given/budget.ts";
import type { Amounts } from "../../amounts.ts";

describe("a step that waits for money", () => {
  test("says what it lacks now, when that is another limit than at first", () => {
    let left = 0;
    const run = begun(
      "{ resource_config: { on_budget_exceeded: wait, token_budget: { total: 100 } }, execution: parallel, steps: [{ id: a, agent: writer, budget: { tokens: 60 } }, { id: b, agent: writer, budget: { tokens: 60 } }] }",
      { accounts: () => [{ name: "tokens total", unit: "tokens", most: 200, left }] },
    );
    left = 200;
    run.after(30_000);
    expect(run.inFlight()).toEqual(["a"]);
    expect(run.waits().find(({ what }) => what.kind === "budget")?.what).toMatchObject({
      of: "run",
      needed: 60,
      left: 40,
    });
    run.tell({ type: "raise", amounts: { tokens: 20 }, why: "" });
    expect(run.inFlight()).toEqual(["a", "b"]);
  });
});

describe("a budget is raised", () => {
  test("of one step, where it is the step's own that is short", () => {
    const run = begun(
      "steps: [{ id: a, agent: writer, retry: 3, budget: { tokens: 50, time: 1m, on_exceeded: wait } }]",
    );
    run.answers("a", failed("network_timeout", { tokens: 50 }));
    run.after(60_000);
    expect(run.refused({ type: "raise", amounts: { tokens: 5 }, why: "" })).toMatchObject({
      code: "conflict",
    });
    expect(
      run.refused({ type: "raise", amounts: { tokens: 5 }, step: "b", why: "" }),
    ).toMatchObject({ code: "not-found" });
    expect(
      run.refused({ type: "raise", amounts: { calls: 5 }, step: "a", why: "" }).message,
    ).toContain("no limit of calls");
    run.tell({ type: "raise", amounts: { tokens: 5 }, step: "a", why: "" });
    expect(ledger(run).reserved).toEqual({ tokens: 5 });
  });

  test.each<[Amounts, string]>([
    [{}, "bad-input"],
    [{ tokens: 0 }, "bad-input"],
    [{ tokens: -5 }, "bad-input"],
    [{ tokens: 0.5 }, "bad-input"],
    [{ tokens: Number.MAX_SAFE_INTEGER }, "bad-input"],
    [{ calls: 5 }, "conflict"],
  ])("by %j is refused: %s", (amounts, code) => {
    const run = begun(
      "{ resource_limits: { token_budget: 50 }, steps: [{ id: a, agent: writer }] }",
    );
    expect(run.refused({ type: "raise", amounts, why: "" }).code).toBe(code);
  });
});
