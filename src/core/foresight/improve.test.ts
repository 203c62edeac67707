/** What past runs show, each with the figures that show it. */
import { describe, expect, test } from "vitest";
import { digestOf, workflow } from "../../../test/given/workflow.ts";
import { openTestCompany } from "../../testing/index.ts";
import { readAgent, type WorkflowSource } from "../definition/index.ts";
import { eventOf } from "../machine/index.ts";
import { type Improvements, improvementsOf } from "./index.ts";

describe("past runs show", () => {
  test("steps that could run at once, and what that would save", async () => {
    const { improvements } = await after({ steps: [step("a", "slow"), step("b", "slow")] });
    expect(improvements).toEqual([
      {
        id: "could-run-at-once",
        path: "a",
        message:
          "Steps a, b take 2 s, 2 s one after another, and use nothing of each other: at once would save about 2 s a run.",
        mend: expect.any(String),
      },
    ]);
  });

  test("retries that never help", async () => {
    const { improvements } = await after({
      steps: [{ ...step("a", "broken"), optional: true, error_strategy: "retry_with_backoff" }],
    });
    expect(said(improvements)).toEqual([
      'retries-never-help: Step "a" was tried again 6 times (network_timeout), 12 s in all, and not once with success.',
    ]);
  });

  test("budgets far above use", async () => {
    const { improvements } = await after({
      resource_limits: { token_budget: 100_000 },
      steps: [{ ...step("a", "paid"), budget: { tokens: 1_000 } }],
    });
    expect(said(improvements)).toEqual([
      "budget-above-use: A run may use 100,000 tokens, and none of 3 used more than 100 tokens.",
      'budget-above-use: Step "a" may use 1,000 tokens, and none of 3 attempts used more than 100 tokens.',
    ]);
  });

  test("cacheable steps", async () => {
    const { improvements } = await after({ steps: [step("a", "paid")] });
    const agents = "muster: 1\nkind: function\nmodule: x.ts\neffects: pure";
    expect(said(improvements)).toEqual([]);
    const known = await after({ steps: [step("a", "paid")] }, agents);
    expect(said(known.improvements)).toEqual([
      'could-be-cached: Step "a" gave the very same 3 times, in 2 s each.',
    ]);
  });

  test("expensive steps that `when` could skip", async () => {
    const { improvements } = await after({ steps: [step("a", "idle")] });
    expect(said(improvements)).toEqual([
      'could-be-skipped: Step "a" takes 100 % of the time that steps take, and gave nothing 3 of 3 times.',
    ]);
  });

  test("limits that only make waiting", async () => {
    const { improvements } = await after({
      max_concurrency: 2,
      parameters: { ids: { type: "list", default: [1, 2, 3, 4, 5, 6] } },
      steps: [{ ...step("a", "slow"), each: "$params.ids" }],
    });
    expect(said(improvements)).toEqual([
      "limit-only-waits: For 100 % of its time a run has 2 attempts in flight, as many as it may: what else is ready waits.",
    ]);
  });

  test("nothing, where there are too few of them", async () => {
    const found = await after({ steps: [step("a", "idle")] }, "", 2);
    expect(found).toEqual({ runs: 2, improvements: [] });
  });
});

function step(id: string, agent: string) {
  return { id, agent, retry: { jitter: false } } as const;
}

function said(improvements: Improvements["improvements"]): readonly string[] {
  return improvements.map(({ id, message }) => `${id}: ${message}`);
}

/** What so many runs of a workflow show. @param agent how each of its agents is declared; "" is: not at all */
async function after(source: WorkflowSource, agent = "", runs = 3): Promise<Improvements> {
  const definition = { name: "example", ...source } as WorkflowSource;
  const takes = (answer: object) => ({
    effects: "pure" as const,
    attempt: async () => {
      await new Promise<void>((done) => company.clock.after(2_000, done));
      return answer as { outputs: Record<string, never> };
    },
  });
  const company = await openTestCompany({
    workflows: { example: definition },
    agents: {
      slow: takes({ outputs: { n: 1 } }),
      idle: takes({ outputs: { found: [] } }),
      paid: takes({ outputs: { n: 1 }, usage: { tokens: 100 } }),
      broken: takes({ error: { kind: "network_timeout", message: "Too slow." } }),
    },
  });
  const logs = [];
  for (let run = 0; run < runs; run += 1) {
    const { events } = await company.play("example");
    logs.push(events.map(eventOf));
  }
  await company.close();
  const read = readAgent({ file: "agents/paid.yaml", text: agent }, { digest: digestOf });
  const known = agent === "" || read.agent === null ? null : [read.agent];
  return improvementsOf(workflow(JSON.stringify(definition)), logs, known);
}
