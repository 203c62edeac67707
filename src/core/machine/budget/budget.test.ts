import { describe, expect, test } from "vitest";
import { begun, failed, gave, held, ledger, TOKENS } from "../../../../test/given/budget.ts";
import { type Given, given } from "../../../../test/given/run.ts";
import { SHORT_MOST } from "../index.ts";

describe("Token budget tracking per step", () => {
  test("M11 what an attempt may use is set aside in the event that starts it, and settled by its answer", () => {
    const run = begun(TOKENS);
    expect(run.events("step.started").map(({ attempt }) => attempt?.reserve)).toEqual([
      { tokens: 40 },
      { tokens: 40 },
      undefined,
    ]);
    expect(held(ledger(run))).toEqual({ spent: {}, reserved: { tokens: 80 }, unknown: {} });
    run.answers("a", gave({ tokens: 12, calls: 3 }));
    expect(held(ledger(run))).toEqual({
      spent: { tokens: 12, calls: 3 },
      reserved: { tokens: 40 },
      unknown: {},
    });
  });

  test("an attempt that does not fit is not begun: the step fails with budget_exceeded", () => {
    const run = begun(TOKENS);
    expect(run.ended("c")).toBe("degraded");
    expect(run.events("budget.exceeded")[0]).toMatchObject({
      path: "c",
      unit: "tokens",
      left: 0,
      of: "run",
      follows: "refuse",
    });
    expect(run.events("step.finished")[0]?.error).toEqual({
      class: "permanent",
      kind: "budget_exceeded",
      message: '"writer (c)" needs 40 tokens of the run\'s budget, and nothing is left.',
    });
  });

  test("reserved_for_error_handling is for retries, repeats, fallbacks and compensation alone", () => {
    const run = begun(TOKENS);
    run.answers("a", failed("network_timeout", { tokens: 30 }));
    run.after(60_000);
    // 30 are spent, 40 set aside for b: the retry has 30 left, the 20 kept back among them; a first attempt had 10.
    expect(run.events("attempt.started")[0]).toMatchObject({
      reserve: { tokens: 10 },
      spare: true,
    });
    run.answers("b", gave({ tokens: 40 }));
    run.answers("a", gave({ tokens: 10 }));
    expect(held(ledger(run))).toMatchObject({ spent: { tokens: 80 }, reserved: {}, unknown: {} });
  });

  test("what a step has used counts against its own budget through all attempts", () => {
    const run = begun(`
      steps: [{ id: a, agent: writer, retry: 3, budget: { tokens: 50 }, optional: true }]
    `);
    run.answers("a", failed("network_timeout", { tokens: 50 }));
    run.after(60_000);
    expect(run.events("budget.exceeded")[0]).toMatchObject({ of: "step", left: 0 });
    expect(run.ended("a")).toBe("degraded");
  });

  test("an agent's own estimate goes before the budget of the step", () => {
    const run = begun(TOKENS, { estimates: { writer: { tokens: 25 } } });
    expect(ledger(run).reserved).toEqual({ tokens: 75 });
  });

  test("every item of an each has the budget of its step", () => {
    const run = begun(`
      resource_limits: { token_budget: 100 }
      steps: [{ id: all, each: [1, 2, 3], agent: writer, budget: { tokens: 40 }, tolerate: 3 }]
    `);
    expect(run.inFlight()).toEqual(["all[0]", "all[1]"]);
    expect(run.ended("all[2]")).toBe("failed");
  });

  test("a fallback may be cheaper: it is asked where the first agent does not fit", () => {
    const run = begun(
      `
      resource_limits: { token_budget: 100 }
      steps: [{ id: a, agent: writer, fallback: { agent: small, reason: It is cheaper. } }]
    `,
      {
        agents: { writer: "pure", small: "pure" },
        estimates: { writer: { tokens: 200 }, small: { tokens: 90 } },
      },
    );
    expect(run.attempt("a")).toMatchObject({ agent: "small" });
    expect(ledger(run).reserved).toEqual({ tokens: 90 });
  });

  test("a fallback that does not fit either ends the step, once", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 100 }, steps: [{ id: a, agent: writer, fallback: small }] }",
      { estimates: { writer: { tokens: 200 }, small: { tokens: 300 } } },
    );
    expect(run.events("budget.exceeded").map(({ fallback }) => fallback)).toEqual([
      undefined,
      true,
    ]);
    expect(run.status()).toBe("failed");
  });
});

describe("Cost estimation and tracking", () => {
  test("money is whole millionths of its currency, set aside and settled like tokens", () => {
    const run = begun(`
      resource_config: { money_budget: { total: USD 5.00, per_step_max: { amount: 0.25, currency: usd } } }
      steps: [{ id: a, agent: writer }, { id: b, agent: writer, budget: { money: 1.5 USD } }]
    `);
    expect(ledger(run).reserved).toEqual({ USD: 250_000 });
    run.answers("a", gave({ costMicros: 110_500, currency: "USD" }));
    expect(ledger(run)).toMatchObject({
      spent: { USD: 110_500, calls: 1 },
      reserved: { USD: 1_500_000 },
    });
  });

  test("money of another currency is kept apart, and the step says so", () => {
    const run = begun(`
      resource_config: { money_budget: { total: USD 5.00 } }
      steps: [{ id: a, agent: writer }]
    `);
    run.answers("a", gave({ costMicros: 2_000_000, currency: "EUR" }));
    expect(ledger(run).spent).toEqual({ EUR: 2_000_000, calls: 1 });
    expect(run.events("step.finished")[0]?.warnings).toEqual([
      "It cost EUR 2.00, which no budget holds: the run's budget is in USD.",
    ]);
  });

  test("calls are limited in total: an attempt is one, unless its agent says how many it made", () => {
    const run = begun(`
      resource_config: { api_limits: { max_calls: 3 } }
      steps: [{ id: a, agent: writer }, { id: b, agent: writer }, { id: c, agent: writer }]
    `);
    run.does("a");
    run.answers("b", gave({ calls: 2 }));
    expect(run.ended("c")).toBe("failed");
    expect(ledger(run).spent).toEqual({ calls: 3 });
  });

  test("a sub-run has what its parent set aside, and tells what it used", () => {
    const run = given(
      `
      resource_limits: { token_budget: 100 }
      steps: [{ id: child, workflow: billing, budget: { tokens: 60 } }]
    `,
      { workflows: ["billing"] },
    ).start();
    expect(run.owes("child")[0]?.budget).toEqual({ tokens: 60 });
    const child = given("steps: [{ id: a, agent: writer }, { id: b, agent: writer }]", {
      estimates: { writer: { tokens: 40 } },
    });
    child.tell({
      type: "start",
      definition: child.run().workflow.digest,
      params: {},
      budget: { tokens: 60 },
      parent: { run: run.run().id, key: 2 },
    });
    child.answers("a", gave({ tokens: 30 }));
    expect(child.status()).toBe("failed");
    const report = child.owes("report")[0];
    expect(report?.usage).toEqual({ tokens: 30, calls: 1 });
    run.answers("child", {
      kind: "failed",
      error: { class: "permanent", kind: "sub_run_failed", message: "" },
      certain: true,
      usage: report?.usage ?? {},
    });
    expect(held(ledger(run))).toEqual({
      spent: { tokens: 30, calls: 1 },
      reserved: {},
      unknown: {},
    });
  });
});

describe("Resource budget exceeded (token/time limit)", () => {
  test("a step's budget of time is of all its attempts together", () => {
    const run = begun(`
      steps: [{ id: a, agent: writer, timeout: 50s, retry: { max_attempts: 5, initial_delay: 1s, jitter: false }, budget: { time: 1m } }]
    `);
    expect(run.owes("perform")[0]?.timeoutMs).toBe(50_000);
    run.after(45_000);
    run.answers("a", failed("network_timeout"));
    run.after(1_000);
    expect(run.owes("perform")[0]?.timeoutMs).toBe(15_000);
    run.after(15_000);
    run.answers("a", failed("network_timeout"));
    run.after(10_000);
    expect(run.events("budget.exceeded")[0]).toMatchObject({ unit: "ms", left: 0, of: "step" });
    expect(run.ended("a")).toBe("failed");
  });

  test("on_exceeded: wait waits until money comes back, holds no place, and says what it waits for", () => {
    const run = begun(
      TOKENS.replace("resource_config: {", "resource_config: { on_budget_exceeded: wait,"),
    );
    expect(run.waits().find(({ path }) => path === "c")?.what).toEqual({
      kind: "budget",
      unit: "tokens",
      needed: 40,
      left: 0,
      of: "run",
      until: null,
    });
    run.answers("a", gave({ tokens: 0 }));
    expect(run.events("budget.found")).toHaveLength(1);
    expect(run.inFlight()).toEqual(["b", "c"]);
  });

  test("on_exceeded: wait goes on when the budget is raised; a raise that is too small changes nothing", () => {
    const run = begun(`
      resource_config: { token_budget: { total: 10 }, on_budget_exceeded: wait }
      steps: [{ id: a, agent: writer, budget: { tokens: 10 } }, { id: b, agent: writer, budget: { tokens: 10 } }]
    `);
    run.answers("a", gave({ tokens: 10 }));
    expect(run.status()).toBe("waiting");
    run.tell({ type: "raise", amounts: { tokens: 5 }, why: "more" });
    expect(run.status()).toBe("waiting");
    run.tell({ type: "raise", amounts: { tokens: 5 }, why: "more" });
    expect(run.inFlight()).toEqual(["b"]);
    expect(run.events("budget.raised")[0]).toMatchObject({ by: "ana", why: "more" });
  });

  test("on_exceeded: ask asks a person, who raises the budget, and the step goes on by itself", () => {
    const run = begun(`
      resource_limits: { token_budget: 10 }
      steps: [{ id: a, agent: writer, budget: { tokens: 10, on_exceeded: ask } }, { id: b, agent: writer, budget: { tokens: 10, on_exceeded: ask } }]
    `);
    run.answers("a", gave({ tokens: 10 }));
    expect(run.exception("b").error).toContain("nothing is left");
    run.tell({ type: "raise", amounts: { tokens: 10 }, why: "it is worth it" });
    expect(run.events("exception.closed")[0]).toMatchObject({ how: "found" });
    expect(run.inFlight()).toEqual(["b"]);
  });

  test("M7 money that comes is no order to try it more often, and the fallback that it was for is asked", () => {
    const text = (more: string): string => `
      resource_limits: { token_budget: 100 }
      steps: [{ id: a, agent: writer, retry: { max_attempts: 2, initial_delay: 0s }${more}, budget: { on_exceeded: ask } }]
    `;
    const world = {
      agents: { writer: "pure", small: "pure" },
      estimates: { writer: { tokens: 60 }, small: { tokens: 90 } },
    } as const;
    const fails = (run: Given, tokens: number): void => {
      run.answers("a", failed("network_timeout", { tokens }));
      run.after(1_000);
    };
    const raised = (run: Given): void =>
      void run.tell({ type: "raise", amounts: { tokens: 100 }, why: "" });
    const again = begun(text(""), world);
    fails(again, 60);
    raised(again);
    fails(again, 60);
    expect(again.status()).toBe("failed");
    const other = begun(text(", fallback: small"), world);
    fails(other, 10);
    fails(other, 20);
    expect(other.exception("a").error).toContain("needs 90 tokens");
    raised(other);
    expect(other.attempt("a")).toMatchObject({ agent: "small" });
  });

  test("on_exceeded: ask asks a person, who denies it, and the step fails", () => {
    const run = begun(`
      resource_limits: { token_budget: 10 }
      steps: [{ id: a, agent: writer }, { id: b, agent: writer, budget: { on_exceeded: ask } }]
    `);
    run.answers("a", gave({ tokens: 11 }));
    run.tell({ type: "deny", key: run.exception("b").key, why: "too dear" });
    expect(run.ended("b")).toBe("failed");
    expect(run.events("step.finished").find(({ path }) => path === "b")?.error?.message).toContain(
      "ana denied it: too dear",
    );
  });

  test("only a step that asks for a budget can be denied one", () => {
    const run = begun(
      "steps: [{ id: a, agent: writer, error_strategy: halt_and_escalate, retry: 1 }]",
    );
    run.fails("a", "data_corruption");
    const { key } = run.exception("a");
    expect(run.refused({ type: "deny", key, why: "" })).toMatchObject({ code: "conflict" });
  });

  test("what is to be undone is not left out because of money: a person is asked", () => {
    const run = begun(`
      resource_limits: { token_budget: 10 }
      steps: [{ id: a, agent: writer, compensate: { agent: writer } }, { id: w, wait: 1h }]
    `);
    run.answers("a", gave({ tokens: 10 }));
    run.tell({ type: "cancel", why: "", rollback: true });
    expect(run.exception("!undo/1").error).toContain("nothing is left");
    run.tell({ type: "raise", amounts: { tokens: 10 }, why: "undo it" });
    run.does("!undo/1");
    expect(run.status()).toBe("rolled back");
  });

  test("a step in doubt that does not fit any more is a person's", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 10 }, steps: [{ id: a, agent: writer, budget: { tokens: 10 } }] }",
      { agents: { writer: "idempotent" } },
    );
    run.tell({ type: "expired", key: run.attempt("a").key });
    run.after(60_000);
    expect(run.events("exception.raised")[0]).toMatchObject({ why: "unknown" });
  });

  test(`at most ${SHORT_MOST} steps of a run wait for money: nothing more begins until one goes on`, () => {
    const items = JSON.stringify(Array.from({ length: SHORT_MOST + 50 }, (_, at) => at));
    const run = begun(`
      resource_config: { token_budget: { total: 5 }, on_budget_exceeded: wait }
      steps: [{ id: all, each: ${items}, agent: writer, budget: { tokens: 5 } }]
    `);
    expect(ledger(run).short).toHaveLength(SHORT_MOST);
    for (let done = 0; done < SHORT_MOST + 50; done++)
      run.answers(run.inFlight()[0] ?? "", gave({ tokens: 0 }));
    expect(run.status()).toBe("completed");
    // One waits, one is found: what comes back is not promised twice.
    expect(run.events("budget.found").length).toBeLessThanOrEqual(
      run.events("budget.exceeded").length,
    );
    expect(run.events("budget.exceeded").length).toBeLessThan(SHORT_MOST + 60);
  });
});
