import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import { readWorkflow } from "../read-workflow.ts";
import type { Workflow } from "../workflow.ts";

const STEPS = `
steps:
  - { id: 1, agent: rust-expert-developer }
  - { id: 2, agent: web-search-researcher }
`;

function read(text: string): Workflow {
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  const { workflow, problems } = readWorkflow({ file: "a.yaml", text: text + STEPS }, surroundings);
  if (workflow === null) throw new Error(JSON.stringify(problems, null, 2));
  return workflow;
}

describe("Configuration Options", () => {
  test("Execution Configuration, each of its words", () => {
    for (const mode of ["sequential", "parallel", "mixed"]) {
      for (const [interval, storage] of [
        ["per_step", "file"],
        ["per_phase", "database"],
        ["timed", "redis"],
      ]) {
        const workflow = read(`
execution_config:
  mode: ${mode}
  max_concurrency: 5
  timeout_per_step: 300s
  timeout_total: 3600s

  checkpoint_strategy:
    enabled: true
    interval: ${interval}${interval === "timed" ? "\n    every: 30s" : ""}
    storage: ${storage}

  retry_config:
    enabled: true
    max_attempts: 3
    backoff: exponential
    retry_on: [transient_error, agent_unavailable]

  fallback_config:
    enabled: true
    fallback_map:
      rust-expert-developer: senior-architect
      web-search-researcher: manual-research-step
`);
        expect(workflow).toMatchObject({
          limits: { concurrencyMost: 5, totalTimeoutMs: 3_600_000 },
          root: {
            execution: mode,
            steps: [
              { timeoutMs: 300_000, fallback: { agent: "senior-architect" } },
              {
                retry: {
                  attemptsMost: 3,
                  backoff: "exponential",
                  on: expect.arrayContaining(["transient"]),
                },
                fallback: { agent: "manual-research-step" },
              },
            ],
          },
        });
      }
    }
  });

  test("Monitoring Configuration", () => {
    for (const format of ["json", "text"]) {
      read(`
monitoring_config:
  progress_updates:
    enabled: true
    interval: 30s
    format: ${format}

  notifications:
    - type: webhook
      url: https://example.com/webhook
      events: [started, failed, completed]
      format: json

    - type: slack
      webhook: https://hooks.slack.com/...
      channel: "#workflows"
      events: [failed, completed]

  metrics:
    enabled: true
    export_format: prometheus
    endpoint: /metrics
`);
    }
  });

  test("Monitoring Endpoints", () => {
    read(`
monitoring:
  progress_endpoint: /api/workflows/{workflow_id}/progress
  events_stream: ws://api/workflows/{workflow_id}/events
  metrics_export: prometheus_format

  notifications:
    - type: webhook
      url: https://hooks.slack.com/...
      events: [started, completed, failed]

    - type: email
      recipients: [user@example.com]
      events: [failed, completed]
`);
  });

  test("Resource Configuration", () => {
    for (const strategy of ["wait", "skip", "error"]) {
      const workflow = read(`
resource_config:
  token_budget:
    total: 160000
    per_step_max: 30000
    reserved_for_error_handling: 10000

  api_limits:
    max_calls_per_minute: 60
    rate_limit_strategy: ${strategy}

  compute:
    max_agents_concurrent: 10
    agent_timeout: 300s
    memory_limit_per_agent: 4GB
    cpu_limit_per_agent: 2
`);
      expect(workflow).toMatchObject({
        limits: { concurrencyMost: 10 },
        rate: { callsMost: 60, otherwise: strategy },
        memoryBytesMost: 4 * 1024 ** 3,
        coresMost: 2,
        budget: { total: { tokens: 160_000 }, reserved: { tokens: 10_000 } },
      });
    }
  });

  test("Error Handling Strategy", () => {
    const workflow = read(`
error_handling:
  retry_policy:
    max_attempts: 3
    backoff: exponential
    initial_delay: 5s
    max_delay: 60s

  fallback_strategy:
    - primary_agent: rust-expert-developer
      fallback: senior-architect
      trigger: agent_unavailable

    - primary_agent: web-search-researcher
      fallback: manual_research
      trigger: api_rate_limit

  escalation_rules:
    - condition: critical_step_failure
      action: pause_workflow
      notification: user_email

    - condition: retry_exhausted
      action: mark_step_failed
      notification: slack_alert
`);
    expect(workflow).toMatchObject({
      rules: [
        { condition: "critical_step_failure", action: "pause_workflow", notify: ["user_email"] },
        { condition: "retry_exhausted", action: "mark_step_failed", notify: ["slack_alert"] },
      ],
      root: {
        steps: [
          { retry: { attemptsMost: 3, firstMs: 5_000, mostMs: 60_000 } },
          { fallback: { agent: "manual_research", on: ["api_rate_limit"] } },
        ],
      },
    });
  });

  test("Error Classification", () => {
    const { kinds, strategies } = read(`
error_types:
  transient:
  - network_timeout
  - api_rate_limit
  - agent_temporarily_unavailable
  strategy: retry_with_backoff

  permanent:
  - invalid_input_data
  - agent_not_found
  - authentication_failure
  strategy: fail_immediately

  degradable:
  - optional_step_failure
  - non_critical_data_missing
  strategy: continue_with_warning

  critical:
  - security_violation
  - data_corruption
  - system_integrity_failure
  strategy: halt_and_escalate
`);
    expect(strategies).toEqual({
      transient: "retry_with_backoff",
      permanent: "fail_immediately",
      degradable: "degradable",
      critical: "halt_and_escalate",
    });
    expect(Object.keys(kinds ?? {})).toHaveLength(11);
  });
});

test("what is written at the top and stands in the settings is told where it stands", () => {
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  const text = "budget: 5\nmax_cost: 5\ntimeout: 1h\nsteps: [{ id: a, agent: maker }]\n";
  const { problems } = readWorkflow({ file: "a.yaml", text }, surroundings);
  const mends = problems.filter(({ code }) => code === "unknown-key").map(({ mend }) => mend);
  expect(mends).toEqual([
    expect.stringContaining("resource_config: { money_budget"),
    expect.stringContaining("resource_config: { money_budget"),
    expect.stringContaining("resource_limits: { total_timeout"),
  ]);
});
