import { describe, expect, test } from "vitest";
import type { WorkflowSource } from "../../src/core/definition/index.ts";
import { fails, independent, nothing, opened, patiently } from "./given.ts";

const CRITICAL = { condition: "critical_step_failure", action: "pause_workflow" } as const;

/** By anti-pattern: a workflow that has it, and one with the solution. */
const ANTI_PATTERNS: Readonly<
  Record<string, readonly [id: string, has: WorkflowSource, solved: WorkflowSource]>
> = {
  "No workflow validation": [
    "untyped-params",
    { parameters: { order: { required: true } }, steps: independent(1) },
    { parameters: { order: { type: "string", required: true } }, steps: independent(1) },
  ],
  "Missing checkpoints: Configure checkpoint strategy (per_step or per_phase)": [
    "no-checkpoints",
    { execution_config: { checkpoint_strategy: { enabled: false } }, steps: independent(1) },
    { execution_config: { checkpoint_strategy: { interval: "per_step" } }, steps: independent(1) },
  ],
  "Infinite retry loops: Set max_attempts and retry_on conditions": [
    "endless-retries",
    { steps: independent(1, { retry: { max_attempts: 50 } }) },
    { steps: independent(1, { retry: { max_attempts: 3, retry_on: ["transient_error"] } }) },
  ],
  "No concurrency limits: Enforce max_concurrent_agents limit": [
    "no-concurrency-limit",
    { parameters: { ids: [1] }, steps: independent(1, { each: "$params.ids" }) },
    {
      parameters: { ids: [1] },
      resource_limits: { max_concurrent_agents: 4 },
      steps: independent(1, { each: "$params.ids" }),
    },
  ],
  "Synchronous execution only: Use parallel execution for independent steps": [
    "one-at-a-time",
    { steps: independent(3) },
    { execution: "parallel", steps: independent(3) },
  ],
  "No error escalation: Configure critical error escalation rules": [
    "no-escalation",
    { steps: independent(3) },
    { error_handling: { escalation_rules: [CRITICAL] }, steps: independent(3) },
  ],
  "Missing data flow validation: Validate input schemas before execution": [
    "untyped-data",
    {
      steps: [
        { id: "a", agent: "desk" },
        { id: "b", agent: "desk", inputs: { x: "$steps.a.x" } },
      ],
    },
    {
      steps: [
        { id: "a", agent: "desk", outputs: { x: "string" } },
        { id: "b", agent: "desk", inputs: { x: "$steps.a.x" } },
      ],
    },
  ],
  "No monitoring/alerting: Configure webhooks/notifications for events": [
    "no-monitoring",
    { steps: independent(3) },
    { monitoring: { progress_webhook: "https://example.com/told" }, steps: independent(3) },
  ],
};

describe("Anti-Patterns (Avoid)", () => {
  test.each(Object.entries(ANTI_PATTERNS))("%s", async (_words, [id, has, solved]) => {
    for (const [workflow, isTold] of [
      [has, true],
      [solved, false],
    ] as const) {
      await using it = await opened(workflow);
      const told = await patiently(it.company, it.company.advice("it"));
      expect(told.some((one) => one.id === id)).toBe(isTold);
    }
  });

  test("No workflow validation: Validate definition before execution (dry-run)", async () => {
    await using it = await opened({ steps: [{ id: "a", agent: "desk", inputs: { x: "$b.x" } }] });
    const foreseen = await patiently(it.company, it.company.foresee("it"));
    expect(foreseen.foresight).toBe(null);
    expect((await it.company.run("it")).run).toBe(null);
    expect(it.begun).toEqual([]);
  });

  test("Ignoring resource budgets: Track and enforce token/API budgets", async () => {
    await using it = await opened({
      resource_config: { api_limits: { max_calls: 2 } },
      steps: independent(4),
    });
    expect((await it.company.play("it")).standing.status).toBe("failed");
    expect(it.begun).toHaveLength(2);
  });

  test("Missing data flow validation: Steps fail due to bad inputs: what is no integer reaches nobody", async () => {
    await using it = await opened(
      {
        steps: [
          { id: "a", agent: "bad", retry: false, outputs: { n: "integer" } },
          { id: "b", agent: "desk", inputs: { n: "$a.n" } },
        ],
      },
      { bad: () => ({ outputs: { n: "many" } }), desk: nothing },
      { bad: { effects: "pure" } },
    );
    expect((await it.company.play("it")).standing.status).toBe("failed");
    expect(it.begun).toEqual(["a"]);
  });

  test("No error escalation: Silent failures: a critical one always reaches a person", async () => {
    await using it = await opened({ steps: independent(1) }, { desk: fails("data_corruption") });
    const { run, standing } = await it.company.play("it");
    expect(standing.status).toBe("paused");
    expect((await it.company.waiting(run))?.map(({ kind }) => kind)).toContain("exception");
  });
});
