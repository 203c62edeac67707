import { describe, expect, test } from "vitest";
import { fails, independent, opened, patiently, type Script } from "./given.ts";

const uses =
  (tokens: number): Script =>
  () => ({ outputs: {}, usage: { tokens, calls: 2, costMicros: 1_500_000, currency: "USD" } });

describe("8. Resource Management: manages tokens, API limits, and compute resources", () => {
  test("Token budget tracking per step", async () => {
    await using run = await opened(
      {
        resource_config: { token_budget: { total: 160_000, per_step_max: 30_000 } },
        steps: [
          { id: 1, agent: "one" },
          { id: 2, agent: "two" },
        ],
      },
      { one: uses(12_000), two: uses(18_000) },
    );
    const { run: id } = await run.company.play("it");
    expect(await run.company.document(id)).toMatchObject({
      resources: {
        tokens: {
          budget: 160_000,
          used: 30_000,
          remaining: 130_000,
          per_step: { step_1: 12_000, step_2: 18_000 },
        },
        api_calls: { made: 4, rate_limited: false },
        duration: { elapsed: "2 s" },
      },
    });
  });

  test("Token budget tracking per step: what does not fit any more is not begun", async () => {
    await using run = await opened(
      {
        resource_config: { token_budget: { total: 100, per_step_max: 60 } },
        steps: [...independent(2), { id: "last", agent: "desk" }],
      },
      { desk: uses(60) },
    );
    const { standing, events } = await run.company.play("it");
    expect(standing.status).toBe("failed");
    expect(run.begun).toEqual(["step1"]);
    expect(events.map(({ type }) => type)).toContain("budget.exceeded");
  });

  test("API rate limit awareness", async () => {
    await using run = await opened(
      { steps: [{ id: "call", agent: "desk" }] },
      {
        desk: ({ attempt }) =>
          attempt > 1
            ? { outputs: {} }
            : { error: { kind: "api_rate_limit", message: "Too often.", retryAfter: "2 minutes" } },
      },
    );
    const { run: id } = await run.company.run("it");
    await run.company.clock.advance(5_000);
    expect(await run.company.document(id!)).toMatchObject({
      resources: { api_calls: { rate_limited: true } },
    });
    await run.company.playOn(id!);
    expect(run.asked[1]!.from - run.asked[0]!.to).toBe(120_000);
    expect(await run.company.document(id!)).toMatchObject({
      status: "completed",
      resources: { api_calls: { rate_limited: false } },
    });
  });

  test.each([
    ["wait", "completed", 4],
    ["skip", "completed", 2],
    ["error", "failed", 2],
  ] as const)(
    "API rate limit awareness: api_limits: max_calls_per_minute, rate_limit_strategy: %s",
    async (rate_limit_strategy, status, calls) => {
      await using run = await opened({
        execution: "parallel",
        resource_config: { api_limits: { max_calls_per_minute: 2, rate_limit_strategy } },
        steps: independent(4, { retry: false }),
      });
      const { standing } = await run.company.play("it");
      expect([standing.status, run.begun.length]).toEqual([status, calls]);
      const from = run.asked.map((one) => one.from).toSorted((one, other) => one - other);
      for (const [at, third] of from.slice(2).entries())
        expect(third - from[at]!).toBeGreaterThanOrEqual(60_000);
    },
  );

  test("Compute resource allocation", async () => {
    await using run = await opened({
      execution: "parallel",
      max_concurrency: 20,
      resource_config: { compute: { max_agents_concurrent: 3, agent_timeout: "300s" } },
      steps: independent(9),
    });
    await run.company.play("it");
    expect(run.atOnce()).toBe(3);
    const { task, from } = run.asked[0]!;
    expect(Date.parse(task.deadline) - from).toBe(300_000);
  });

  test("Cost estimation and tracking", async () => {
    await using run = await opened({ steps: independent(2) }, { desk: uses(10) });
    const { company } = run;
    const { run: id } = await company.play("it");
    expect(await company.document(id)).toMatchObject({
      resources: { money: { USD: { used: "USD 3.00", per_step: { step1: "USD 1.50" } } } },
    });
    for (const _ of [1, 2]) await company.play("it");
    const { foresight } = await patiently(company, company.foresee("it"));
    expect(foresight?.usage).toMatchObject({
      USD: { expected: 3_000_000 },
      tokens: { expected: 20 },
    });
  });

  test("Resource optimization recommendations", async () => {
    await using run = await opened(
      {
        resource_config: { token_budget: { total: 10_000 } },
        steps: [...independent(2), { id: "extra", agent: "bad", optional: true }],
      },
      { desk: uses(10), bad: fails("api_rate_limit") },
    );
    for (const _ of [1, 2, 3]) await run.company.play("it");
    const found = await patiently(run.company, run.company.improvements("it"));
    expect(found?.improvements.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["could-run-at-once", "retries-never-help", "budget-above-use"]),
    );
    const message = expect.stringContaining("none of 3 used more than 20 tokens");
    expect(found?.improvements).toContainEqual(expect.objectContaining({ message }));
  });
});
