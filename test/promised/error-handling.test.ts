import { describe, expect, test } from "vitest";
import { given } from "../given/run.ts";
import { fails, nothing, opened, type Script } from "./given.ts";

const twice =
  (kind: string): Script =>
  ({ attempt }) =>
    attempt < 3 ? { error: { kind, message: "Not now." } } : { outputs: {} };

const POLICY = {
  max_attempts: 3,
  backoff: "exponential",
  initial_delay: "5s",
  max_delay: "60s",
} as const;

describe("5. Error Handling & Recovery: implements retry, fallback, and escalation logic", () => {
  test("Automatic retry with exponential backoff", async () => {
    await using run = await opened(
      {
        error_handling: { retry_policy: { ...POLICY, max_attempts: 6, jitter: false } },
        steps: [{ id: "call", agent: "desk", error_strategy: "retry_with_backoff" }],
      },
      { desk: fails("api_rate_limit") },
    );
    expect((await run.company.play("it")).standing.status).toBe("failed");
    const rests = run.asked
      .slice(1)
      .map(({ from }, index) => (from - run.asked[index]!.to) / 1_000);
    expect(rests).toEqual([5, 10, 20, 40, 60]);
  });

  test("Fallback agents when primary agent fails", async () => {
    await using run = await opened(
      {
        error_handling: {
          fallback_strategy: [
            {
              primary_agent: "rust-expert-developer",
              fallback: "senior-architect",
              trigger: "agent_unavailable",
            },
          ],
        },
        steps: [{ id: "write", agent: "rust-expert-developer" }],
      },
      { "rust-expert-developer": fails("agent_unavailable"), "senior-architect": nothing },
    );
    expect((await run.company.play("it")).standing.status).toBe("completed");
    expect(run.asked.at(-1)?.agent).toBe("senior-architect");
  });

  test("Fallback: manual_research, trigger: api_rate_limit: a person does it", async () => {
    await using run = await opened(
      {
        owner: "ana",
        error_handling: {
          fallback_strategy: [
            {
              primary_agent: "web-search-researcher",
              fallback: "manual_research",
              trigger: "api_rate_limit",
            },
          ],
        },
        steps: [
          {
            id: "search",
            agent: "web-search-researcher",
            retry: false,
            outputs: { found: "string" },
          },
        ],
        outputs: { found: "$search.found" },
      },
      { "web-search-researcher": fails("api_rate_limit") },
    );
    const { run: id, standing } = await run.company.play("it");
    expect(standing.status).toBe("waiting");
    const done = await run.company.answer(id, "search", { outputs: { found: "Two" }, by: "ana" });
    expect(done.outputs).toEqual({ found: "Two" });
  });

  test("Graceful degradation for non-critical steps", async () => {
    await using run = await opened(
      {
        steps: [
          { id: "extra", agent: "bad", error_strategy: "degradable" },
          { id: "work", agent: "desk", after: ["extra"] },
        ],
      },
      { bad: fails("invalid_input_data"), desk: nothing },
    );
    const { standing, events } = await run.company.play("it");
    expect(standing.status).toBe("completed");
    expect(run.begun).toEqual(["extra", "work"]);
    const ended = events.find(({ type, step }) => type === "step.finished" && step === "extra");
    expect(ended?.data["outcome"]).toBe("degraded");
  });

  test.each([
    ["api_rate_limit", "transient", 3, "completed"],
    ["invalid_input_data", "permanent", 1, "failed"],
  ])("Error classification (transient vs permanent): %s", async (kind, of, tries, status) => {
    await using run = await opened(
      { steps: [{ id: "call", agent: "desk", retry: 5 }] },
      { desk: twice(kind) },
    );
    const { standing, events } = await run.company.play("it");
    const [failed] = events.flatMap(({ data }) => data["error"] ?? []);
    expect(failed).toMatchObject({ class: of, kind });
    expect([run.begun.length, standing.status]).toEqual([tries, status]);
  });

  test("Human escalation for critical failures", async () => {
    await using run = await opened(
      {
        owner: "ana",
        execution: "parallel",
        steps: [
          { id: "a", agent: "bad" },
          { id: "b", agent: "desk" },
          { id: "c", agent: "desk", after: ["b"] },
        ],
      },
      { bad: fails("security_violation"), desk: nothing },
    );
    const { run: id, standing } = await run.company.play("it");
    expect(standing.status).toBe("paused");
    expect(run.begun).not.toContain("c");
    const [waits] =
      (await run.company.waiting(id))?.filter(({ kind }) => kind === "exception") ?? [];
    expect(waits?.what).toContain("ana");
  });
});

describe("Error Handling Strategy", () => {
  test("retry_policy: max_attempts: 3, backoff: exponential, initial_delay: 5s, max_delay: 60s", async () => {
    await using run = await opened(
      { error_handling: { retry_policy: POLICY }, steps: [{ id: "call", agent: "desk" }] },
      { desk: twice("api_rate_limit") },
    );
    expect((await run.company.play("it")).standing.status).toBe("completed");
    expect(run.begun).toHaveLength(3);
    const rests = run.asked
      .slice(1)
      .map(({ from }, index) => (from - run.asked[index]!.to) / 1_000);
    expect(rests[0]).toBeGreaterThanOrEqual(2.5);
    expect(rests[0]).toBeLessThanOrEqual(5);
    expect(rests[1]).toBeGreaterThan(4.9);
    expect(rests[1]).toBeLessThanOrEqual(10);
  });

  test("escalation_rules: condition: critical_step_failure, action: pause_workflow, notification: user_email", () => {
    const run = given(`
      error_handling:
        escalation_rules:
          - { condition: critical_step_failure, action: pause_workflow, notification: user_email }
      steps: [{ id: work, agent: desk }]
    `).start();
    run.fails("work", "data_corruption", true);
    expect(run.status()).toBe("paused");
    expect(run.events("rule.acted")).toMatchObject([{ path: "work", notify: ["user_email"] }]);
  });

  test("escalation_rules: condition: retry_exhausted, action: mark_step_failed, notification: slack_alert", async () => {
    await using run = await opened(
      {
        error_handling: {
          retry_policy: { max_attempts: 2 },
          escalation_rules: [
            {
              condition: "retry_exhausted",
              action: "mark_step_failed",
              notification: "slack_alert",
            },
          ],
        },
        steps: [{ id: "call", agent: "desk", error_strategy: "degradable" }],
      },
      { desk: fails("api_rate_limit") },
    );
    const { standing, events } = await run.company.play("it");
    expect(standing.status).toBe("failed");
    const acted = events.filter(({ type }) => type === "rule.acted");
    expect(acted.map(({ data }) => data["notify"])).toEqual([["slack_alert"]]);
  });
});
