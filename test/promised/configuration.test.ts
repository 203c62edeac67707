import { describe, expect, test } from "vitest";
import { fails, independent, nothing, opened } from "./given.ts";

describe("Execution Configuration", () => {
  test.each([
    ["sequential", 1, ["step1", "step2", "step3"]],
    ["parallel", 3, ["step1", "step2", "step3"]],
    ["mixed", 3, ["step1", "step2", "step3"]],
  ] as const)("execution_config: mode: %s", async (mode, together, begun) => {
    await using it = await opened({ execution_config: { mode }, steps: independent(3) });
    await it.company.play("it");
    expect([it.atOnce(), it.begun]).toEqual([together, begun]);
  });

  test("retry_config: enabled: true, max_attempts: 3, backoff: exponential, retry_on: [transient_error, agent_unavailable]", async () => {
    const retry_config = {
      enabled: true,
      max_attempts: 3,
      backoff: "exponential",
      retry_on: ["transient_error", "agent_unavailable"],
    } as const;
    for (const [kind, tries] of [
      ["agent_unavailable", 3],
      ["api_rate_limit", 3],
      ["invalid_input_data", 1],
    ] as const) {
      await using it = await opened(
        { execution_config: { retry_config }, steps: [{ id: "work", agent: "desk" }] },
        { desk: fails(kind) },
      );
      await it.company.play("it");
      expect([kind, it.begun.length]).toEqual([kind, tries]);
    }
  });

  test("fallback_config: fallback_map: rust-expert-developer: senior-architect, web-search-researcher: manual-research-step", async () => {
    await using it = await opened(
      {
        owner: "ana",
        execution_config: {
          fallback_config: {
            enabled: true,
            fallback_map: {
              "rust-expert-developer": "senior-architect",
              "web-search-researcher": "manual-research-step",
            },
          },
        },
        steps: [
          { id: "code", agent: "rust-expert-developer" },
          { id: "search", agent: "web-search-researcher" },
        ],
      },
      {
        "rust-expert-developer": fails("invalid_input_data"),
        "web-search-researcher": fails("invalid_input_data"),
        "senior-architect": nothing,
      },
    );
    const { run, standing } = await it.company.play("it");
    expect(it.asked.map(({ agent }) => agent)).toEqual([
      "rust-expert-developer",
      "senior-architect",
      "web-search-researcher",
    ]);
    expect(standing.status).toBe("waiting");
    const done = await it.company.answer(run, "search", { outputs: {}, by: "ana" });
    expect(done.standing.status).toBe("completed");
  });

  test("timeout_per_step: 300s, timeout_total: 3600s", async () => {
    await using it = await opened({
      execution_config: { timeout_per_step: "300s", timeout_total: "3600s" },
      steps: [{ id: "work", agent: "desk" }, { id: "rest", wait: "2h" }, ...independent(1)],
    });
    const { standing, events } = await it.company.play("it");
    const { task, from } = it.asked[0]!;
    expect(Date.parse(task.deadline) - from).toBe(300_000);
    expect(standing.status).toBe("failed");
    expect(Date.parse(events.at(-1)!.at) - Date.parse(events[0]!.at)).toBe(3_600_000);
    expect(it.begun).toEqual(["work"]);
  });
});

describe("Configuration Options", () => {
  test("what a run is told goes before what its workflow says", async () => {
    await using it = await opened({
      execution: "parallel",
      max_concurrency: 2,
      steps: independent(6),
    });
    const { run } = await it.company.run("it", {}, { config: { max_concurrency: 1 } });
    await it.company.playOn(run!);
    expect(it.atOnce()).toBe(1);
    await it.company.play("it");
    expect(it.atOnce()).toBe(2);
  });

  test("a key that nobody would heed is refused, with its place", async () => {
    await using it = await opened({
      execution_config: { max_parallel: 3 } as object,
      steps: independent(1),
    });
    const told = await it.company.run("it");
    expect(told.run === null && told.problems[0]?.message).toContain("max_parallel");
  });
});
