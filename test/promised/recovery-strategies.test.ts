import { describe, expect, test } from "vitest";
import { fails, nothing, opened } from "./given.ts";

describe("Recovery Strategies", () => {
  test("1. Automatic Retry: API rate limit exceeded, attempt: 1/3, delay: 10s (exponential backoff), next_attempt", async () => {
    const step = {
      id: "search",
      name: "Web search for competitor data",
      agent: "searcher",
      retry: { max_attempts: 3, initial_delay: "10s", jitter: false },
    };
    await using run = await opened({ steps: [step] }, { searcher: fails("api_rate_limit") });
    const { run: id } = await run.company.run("it");
    await run.company.clock.advance(2_000);
    const [waits] = (await run.company.waiting(id!)) ?? [];
    expect(waits).toMatchObject({ path: "search", status: "retrying", kind: "timer" });
    expect(waits?.until).toBe("2026-01-01T00:00:11.000Z");
    await run.company.playOn(id!);
    expect(run.begun).toHaveLength(3);
  });

  test("2. Fallback Agent: fallback_reason: Broader architecture expertise can handle code generation", async () => {
    const reason = "Broader architecture expertise can handle code generation";
    await using run = await opened(
      {
        steps: [
          {
            id: "code",
            name: "Generate Rust code",
            agent: "rust-expert-developer",
            error_strategy: "retry_with_fallback",
            retry: 1,
            fallback: { agent: "senior-architect", reason },
          },
        ],
      },
      { "rust-expert-developer": fails("agent_unavailable"), "senior-architect": nothing },
    );
    const { run: id, standing } = await run.company.play("it");
    expect(standing.status).toBe("completed");
    expect(run.asked.map(({ agent }) => agent)).toEqual([
      "rust-expert-developer",
      "senior-architect",
    ]);
    expect(JSON.stringify(await run.company.document(id))).toContain(reason);
  });

  test("3. Graceful Degradation: impact and warning, and the workflow will complete", async () => {
    const words = {
      impact: "Market analytics section will be marked as incomplete",
      warning: "Workflow will complete but output may be partial",
    };
    await using run = await opened(
      {
        steps: [
          {
            id: "market",
            name: "Fetch optional market analytics",
            agent: "searcher",
            optional: true,
            ...words,
          },
        ],
      },
      { searcher: fails("non_critical_data_missing") },
    );
    const { run: id, standing } = await run.company.play("it");
    expect(standing.status).toBe("completed");
    const document = JSON.stringify(await run.company.document(id));
    expect(document).toContain(words.impact);
    expect(document).toContain(words.warning);
  });

  test("4. Human Escalation: workflow_state: paused, awaiting: human_approval, recipients: [security-team, project-lead]", async () => {
    const message = "Critical security issue requires human review before proceeding";
    let isMended = false;
    await using run = await opened(
      {
        owner: "security-team",
        error_handling: {
          escalation_rules: [
            {
              condition: "critical_step_failure",
              action: "pause_workflow",
              notification: {
                channels: ["email", "slack"],
                recipients: ["security-team", "project-lead"],
                message,
              },
            },
          ],
        },
        steps: [
          { id: "audit", name: "Review security audit findings", agent: "auditor" },
          { id: "ship", agent: "desk" },
        ],
      },
      {
        auditor: (task) => (isMended ? { outputs: {} } : fails("security_violation")(task)),
        desk: nothing,
      },
    );
    const { company } = run;
    const { run: id, standing } = await company.play("it");
    expect(standing.status).toBe("paused");
    const [exception] = (await company.waiting(id))?.filter(({ path }) => path === "audit") ?? [];
    expect(exception?.what).toContain("security-team");
    expect(JSON.stringify((await company.playOn(id)).events)).toContain(message);
    expect(run.begun).toEqual(["audit"]);
    isMended = true;
    await company.send(id, { type: "retry", key: exception!.key! }, { by: "security-team" });
    expect((await company.playOn(id)).standing.status).toBe("completed");
  });
});

describe("Error Classification", () => {
  const KINDS = [
    ["network_timeout", "transient", 3],
    ["api_rate_limit", "transient", 3],
    ["agent_temporarily_unavailable", "transient", 3],
    ["invalid_input_data", "permanent", 1],
    ["agent_not_found", "permanent", 1],
    ["authentication_failure", "permanent", 1],
    ["optional_step_failure", "degradable", 1],
    ["non_critical_data_missing", "degradable", 1],
    ["security_violation", "critical", 1],
    ["data_corruption", "critical", 1],
    ["system_integrity_failure", "critical", 1],
  ] as const;
  const FOLLOWS = {
    transient: ["retry_with_backoff", "failed"],
    permanent: ["fail_immediately", "failed"],
    degradable: ["continue_with_warning", "completed"],
    critical: ["halt_and_escalate", "paused"],
  } as const;

  test.each(
    KINDS.map(([kind, of, tries]) => [kind, of, FOLLOWS[of][0], tries, FOLLOWS[of][1]] as const),
  )("%s is %s, strategy: %s", async (kind, of, _strategy, tries, status) => {
    await using run = await opened(
      { steps: [{ id: "work", agent: "desk" }] },
      { desk: fails(kind) },
      { desk: { effects: "pure" } },
    );
    const { standing, events } = await run.company.play("it");
    const [error] = events.flatMap(({ data }) => data["error"] ?? []);
    expect(error).toMatchObject({ class: of, kind });
    expect([run.begun.length, standing.status]).toEqual([tries, status]);
  });
});
