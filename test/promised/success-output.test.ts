import { beforeAll, describe, expect, test } from "vitest";
import type { TestCompany } from "../../src/testing/index.ts";
import { nothing, type Opened, opened } from "./given.ts";

type Summary = Awaited<ReturnType<TestCompany["summary"]>>;
type Reviewed = Awaited<ReturnType<TestCompany["review"]>>;

/** A run that does all that a run may be asked for: it checkpoints, hands on, tries again. */
async function complete(): Promise<Opened> {
  return await opened(
    {
      name: "it",
      resource_config: { token_budget: { total: 1_000 }, api_limits: { max_calls: 50 } },
      phases: [
        {
          name: "Preparation",
          steps: [{ id: "load", agent: "reader", outputs: { rows: "integer" } }],
        },
        {
          name: "Sending",
          execution: "parallel",
          steps: [
            { id: "send", agent: "desk", inputs: { rows: "$load.rows" } },
            { id: "file", agent: "desk", inputs: { rows: "$load.rows" } },
          ],
        },
      ],
    },
    {
      reader: ({ attempt }) =>
        attempt === 1
          ? { error: { kind: "api_rate_limit", message: "Later." } }
          : { outputs: { rows: 3 }, usage: { tokens: 100, calls: 4 } },
      desk: nothing,
    },
  );
}

/** The fourth of its runs: those before it say how long it may take. */
let fourth: { readonly summary: Summary; readonly reviewed: Reviewed };
beforeAll(async () => {
  await using it = await complete();
  for (const _ of [1, 2, 3]) await it.company.play("it");
  const { run } = await it.company.play("it");
  const summary = await it.company.summary(run);
  fourth = { summary, reviewed: await it.company.review(run) };
});

describe("Success Output", () => {
  test("Workflow Execution Summary: Workflow (ID: wf_xxx), Status, Duration, Phases completed: N/N, Steps completed: M/M", async () => {
    await using it = await complete();
    const { run } = await it.company.play("it");
    const summary = await it.company.summary(run);
    expect(summary).toMatchObject({
      workflow: "it",
      workflow_id: run,
      status: "completed",
      phases_completed: { done: 2, of: 2 },
      steps_completed: { done: 3, of: 3 },
    });
    expect(summary.duration_minutes).toBeGreaterThan(0);
  });

  test.each([
    "Workflow validation passed",
    "State management configured (checkpoints enabled)",
    "Agent coordination successful (2 agents spawned)",
    "Data flow verified (inputs → outputs chained)",
    "Error handling tested (retry/fallback working)",
    "Performance targets met",
  ])("Completed: [x] %s", (words) => {
    const tick = fourth.summary.completed.find(({ text }) => text === words);
    expect(tick).toMatchObject({ ticked: true });
  });

  test("Completed: [ ] where nothing was tried again, error handling is not tested, and it says why", async () => {
    await using it = await opened({ steps: [{ id: "send", agent: "desk" }] });
    const { run } = await it.company.play("it");
    const { completed } = await it.company.summary(run);
    const tick = completed.find(({ text }) => text.startsWith("Error handling tested"));
    expect(tick?.ticked).toBe(false);
    expect(tick?.why).not.toBe("");
  });

  test("Resource Usage: Tokens: N / N (N% of budget), API calls: N / N, Peak concurrent agents: N, Execution time: N min / N min estimated", () => {
    const { resource_usage: used } = fourth.summary;
    expect(used.tokens).toEqual({ used: 100, budget: 1_000, percent: 10 });
    expect(used.api_calls).toMatchObject({ limit: 50 });
    expect(used.api_calls.made).toBeGreaterThanOrEqual(4);
    expect(used.peak_concurrent_agents).toBe(2);
    expect(used.execution_time.minutes).toBeGreaterThan(0);
    expect(used.execution_time.estimated_minutes).toBeGreaterThan(0);
  });

  test("Next Steps: review workflow outputs, monitor, archive workflow state for audit trail", async () => {
    await using it = await complete();
    const { run } = await it.company.play("it");
    const { next_steps: next } = await it.company.summary(run);
    expect(next.join("\n")).toMatch(/muster runs archive/);
  });
});

describe("Completion Checklist", () => {
  test.each([
    "Workflow definition validated (no missing agents, valid dependencies)",
    "All phases completed successfully",
    "All steps completed or gracefully degraded",
    "State checkpoints saved at configured intervals",
    "Final state persisted (resumable if needed)",
    "Resource budgets not exceeded (tokens, API calls, time)",
    "Error handling tested (at least 1 retry or fallback triggered)",
    "Data flow working (outputs correctly passed as inputs)",
    "Execution log accessible and complete",
    "Performance targets met (latency, throughput)",
  ])("%s", (words) => {
    const point = fourth.reviewed.points.find(({ text }) => text === words);
    expect(point).toMatchObject({ answer: "true" });
  });
});
