import { describe, expect, test } from "vitest";
import { openTestCompany } from "../../testing/index.ts";
import type { FunctionAgent } from "../agents/index.ts";

const flaky: FunctionAgent = {
  effects: "pure",
  attempt: ({ attempt }) =>
    attempt < 3
      ? { error: { class: "transient", kind: "network_timeout", message: "Slow." } }
      : { outputs: {}, usage: { tokens: 120, costMicros: 7, currency: "USD", calls: 2 } },
};
const steps = [
  { id: "do", agent: "flaky", retry: { max_attempts: 5, jitter: false } },
  { id: "may", gate: { ask: "May we?", from: ["ana"] }, after: ["do"] },
];
const workflows = {
  counted: { name: "counted", steps },
  silent: { name: "silent", steps, monitoring_config: { metrics: { enabled: false } } },
} as const;

/** The value of a figure, by its name and labels as they stand there. */
function figure(text: string, name: string): number | null {
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
}

describe("Resource utilization metrics: metrics_export: prometheus_format", () => {
  test("count runs, steps by status, attempts, retries and what agents used", async () => {
    await using company = await openTestCompany({ agents: { flaky }, workflows });
    await company.play("counted");
    const { run } = await company.play("counted");
    await company.send(run, { type: "cancel", why: "enough", rollback: false });
    await company.playOn(run);
    const { type, text } = await company.metrics();
    expect(type).toContain("text/plain; version=0.0.4");
    for (const [name, value] of Object.entries({
      'muster_runs_started_total{workflow="counted"}': 2,
      'muster_runs_finished_total{workflow="counted",outcome="cancelled"}': 1,
      'muster_steps_finished_total{workflow="counted",outcome="completed"}': 2,
      'muster_attempts_started_total{agent="flaky"}': 6,
      'muster_attempts_ended_total{outcome="failed"}': 4,
      'muster_attempts_ended_total{outcome="ok"}': 2,
      'muster_retries_total{agent="flaky"}': 4,
      'muster_gates_opened_total{workflow="counted"}': 2,
      'muster_tokens_total{workflow="counted"}': 240,
      'muster_cost_micros_total{workflow="counted",currency="USD"}': 14,
      'muster_agent_calls_total{workflow="counted"}': 4,
      'muster_runs{status="waiting"}': 1,
      'muster_runs{status="cancelled"}': 1,
      'muster_run_duration_seconds_count{workflow="counted",outcome="cancelled"}': 1,
      muster_signals_waiting: 0,
      muster_attempts_in_hand: 0,
      muster_attempts_waiting: 0,
      muster_notices_waiting: 0,
    }))
      expect([name, figure(text, name)]).toEqual([name, value]);
    expect(figure(text, "muster_commits_total")).toBeGreaterThan(3);
    expect(figure(text, "muster_commit_duration_seconds_count")).toBe(
      figure(text, "muster_commits_total"),
    );
    expect(figure(text, 'muster_commit_duration_seconds_bucket{le="+Inf"}')).toBe(
      figure(text, "muster_commits_total"),
    );
    expect(figure(text, 'muster_event_loop_delay_seconds{quantile="0.99"}')).not.toBeNull();
    expect(figure(text, "muster_resident_bytes")).toBeGreaterThan(0);
  });

  test("metrics: {enabled: false}: runs of that workflow are not counted", async () => {
    await using company = await openTestCompany({ agents: { flaky }, workflows });
    await company.play("silent");
    await company.play("counted");
    const { text } = await company.metrics();
    expect(text).toContain('workflow="counted"');
    expect(text).not.toContain('workflow="silent"');
  });

  test("export_format: prometheus is given as OpenMetrics to whoever asks for that", async () => {
    await using company = await openTestCompany({ agents: { flaky }, workflows });
    await company.play("counted");
    const { type, text } = await company.metrics("openmetrics");
    expect(type).toContain("application/openmetrics-text; version=1.0.0");
    expect(text).toContain("# TYPE muster_runs_started counter");
    expect(figure(text, 'muster_runs_started_total{workflow="counted"}')).toBe(1);
    expect(text.trimEnd().endsWith("# EOF")).toBe(true);
  });
});
