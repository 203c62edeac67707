import { describe, expect, test } from "vitest";
import { fails, independent, nothing, type Opened, opened } from "./given.ts";

const found = async ({ company }: Opened): Promise<readonly string[]> => {
  const { run } = await company.play("it");
  return (await company.findings(run)).map(({ id }) => id);
};

describe("Failure Indicators: this agent has FAILED if", () => {
  test("Workflow validation fails (missing agents, invalid config)", async () => {
    await using missing = await opened({ steps: [{ id: "work", agent: "nobody" }] });
    const told = await missing.company.run("it");
    expect(told.run === null && told.problems[0]?.code).toBe("unknown-agent");
    await using wrong = await opened({ max_concurrency: 0, steps: independent(1) });
    expect((await wrong.company.run("it")).run).toBe(null);
    expect(wrong.company.runs()).toEqual([]);
  });

  test("Critical step failure without recovery (no retry/fallback)", async () => {
    await using it = await opened(
      { steps: [{ id: "work", agent: "desk", error_strategy: "fail_immediately" }] },
      { desk: fails("invalid_input_data") },
    );
    expect(await found(it)).toContain("step-unrecovered");
    await using well = await opened({ steps: independent(1) });
    expect(await found(well)).toEqual([]);
  });

  test("Resource budget exceeded (token/time limit)", async () => {
    await using it = await opened({
      resource_limits: { total_timeout: "2s" },
      steps: independent(5),
    });
    expect(await found(it)).toContain("budget-exceeded");
  });

  test("Infinite retry loop (retry logic broken): nothing is tried again without end", async () => {
    await using it = await opened(
      { steps: [{ id: "work", agent: "desk" }] },
      { desk: fails("api_rate_limit") },
    );
    const { standing } = await it.company.play("it");
    expect([standing.status, it.begun.length]).toEqual(["failed", 3]);
    await using endless = await opened({
      steps: [{ id: "work", agent: "desk", retry: 1_000_000 }],
    });
    expect((await endless.company.run("it")).run).toBe(null);
  });

  test("Deadlock in parallel execution (agents blocked): crossed resources do not block each other", async () => {
    await using it = await opened({
      execution: "parallel",
      resources: { pen: 1, paper: 1 },
      steps: [
        { id: "a", agent: "desk", uses: ["pen", "paper"] },
        { id: "b", agent: "desk", uses: ["paper", "pen"] },
        { id: "c", agent: "desk", uses: ["pen"] },
        { id: "d", agent: "desk", uses: ["paper"] },
      ],
    });
    const runs = [await it.company.run("it"), await it.company.run("it")];
    for (const { run } of runs)
      expect((await it.company.playOn(run!)).standing.status).toBe("completed");
    expect(it.begun).toHaveLength(8);
  });

  test("Data flow broken (outputs not passed to next steps)", async () => {
    await using it = await opened(
      {
        steps: [
          { id: "load", agent: "desk", outputs: { rows: "integer" } },
          { id: "use", agent: "desk", inputs: { rows: "$load.rows" } },
        ],
      },
      { desk: nothing },
      { desk: { effects: "pure" } },
    );
    const ids = await found(it);
    expect(it.begun).not.toContain("use");
    expect(ids).toContain("data-flow-broken");
  });

  test("Missing error escalation (critical failures not reported): every one is put before a person", async () => {
    await using it = await opened(
      { owner: "ana", steps: [{ id: "work", agent: "desk" }] },
      { desk: fails("system_integrity_failure") },
    );
    const { run, standing } = await it.company.play("it");
    expect(standing.status).toBe("paused");
    const kinds = ((await it.company.waiting(run)) ?? []).map(({ kind }) => kind);
    expect(kinds).toContain("exception");
    const ids = (await it.company.findings(run)).map(({ id }) => id);
    expect(ids).not.toContain("escalation-missing");
  });

  test("Performance degradation (>2x estimated time)", async () => {
    let isSlow = false;
    await using it = await opened(
      { steps: [{ id: "work", agent: "desk", retry: { max_attempts: 3, initial_delay: "20s" } }] },
      {
        desk: ({ attempt }) =>
          isSlow && attempt < 3
            ? { error: { kind: "api_rate_limit", message: "Later." } }
            : { outputs: {} },
      },
    );
    for (const _ of [1, 2, 3]) expect(await found(it)).not.toContain("slow");
    isSlow = true;
    expect(await found(it)).toContain("slow");
  });
});
