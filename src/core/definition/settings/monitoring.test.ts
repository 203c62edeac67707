import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import type { Problem } from "../../problem.ts";
import { readWorkflow } from "../read-workflow.ts";
import type { Monitoring } from "../workflow.ts";

function read(text: string): ReturnType<typeof readWorkflow> {
  const agents = { loader: { capabilities: [] } };
  const input = { file: "a.yaml", text: `steps: [{ agent: loader }]\n${text}` };
  return readWorkflow(input, { agents, workflows: {}, digest: digestOf });
}

function monitoring(text: string): Monitoring {
  const found = read(text);
  if (found.workflow === null) throw new Error(JSON.stringify(found.problems));
  return found.workflow.monitoring;
}

const said = (text: string): readonly string[] =>
  read(text).problems.map(
    ({ severity = "error", message, mend, where }: Problem) =>
      `${severity} ${where?.line}: ${message} ${mend}`,
  );

describe("Monitoring Configuration", () => {
  test("as the configuration options have it: progress_updates, notifications and metrics", () => {
    const text = `monitoring_config:
  progress_updates: { enabled: true, interval: 10s, format: json }
  notifications:
    - { type: webhook, url: "https://example.com/webhook", events: [started, failed, completed], format: json }
    - { type: slack, webhook: "https://hooks.slack.com/x", channel: "#workflows", events: [failed, completed] }
  metrics: { enabled: true, export_format: prometheus, endpoint: /metrics }
`;
    expect(monitoring(text)).toEqual({
      notices: [
        {
          type: "webhook",
          url: "https://example.com/webhook",
          events: ["started", "failed", "completed"],
          format: "json",
        },
        {
          type: "slack",
          url: "https://hooks.slack.com/x",
          room: "#workflows",
          events: ["failed", "completed"],
          format: "text",
        },
      ],
      progress: { everyMs: 10_000, format: "json" },
      metrics: true,
    });
    expect(said(text)).toEqual([]);
  });

  test("as Monitoring & Observability has it: endpoints that are served as they are written", () => {
    expect(
      said(`monitoring:
  progress_endpoint: /api/workflows/{workflow_id}/progress
  events_stream: ws://api/workflows/{workflow_id}/events
  metrics_export: prometheus_format
  notifications:
    - { type: webhook, url: "https://hooks.slack.com/x", events: [started, completed, failed] }
    - { type: email, recipients: [user@example.com], events: [failed, completed] }
`),
    ).toEqual([]);
  });

  test("tells what differs from what is served", () => {
    const told = said(`monitoring:
  progress_endpoint: /progress
  events_stream: wss://events.example.com/all
monitoring_config:
  metrics: { endpoint: /figures }
`);
    expect(told).toHaveLength(3);
    expect(told[0]).toContain('warning 3: Nothing is served at "/progress"');
    expect(told[1]).toContain("/api/workflows/{workflow_id}/events");
    expect(told[2]).toContain("is at /metrics");
  });

  test("refuses what could never be heeded, with the mend", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["[{ type: webhook }]", "This webhook has no address. Write url"],
      ["[{ type: email }]", "This e-mail has no recipients. Write recipients"],
      [
        "[{ type: email, recipients: [a@b.c], url: 'https://x.y' }]",
        '"url" goes with type: webhook',
      ],
      ["[{ type: webhook, url: 'ftp://x.y' }]", "is no address that can be told"],
      ["[{ type: webhook, url: 'https://x.y', secret: hunter2 }]", "A secret does not stand in a"],
      ["[{ type: webhook, url: 'https://x.y', events: [complete] }]", 'Did you mean "completed"?'],
      ["[{ type: pager }]", "pager"],
    ];
    for (const [notifications, words] of cases)
      expect(said(`monitoring:\n  notifications: ${notifications}\n`).join()).toContain(words);
    expect(said("monitoring: { metrics_export: statsd }\n").join()).toContain(
      "one format, prometheus",
    );
    expect(said("monitoring_config: { progress_updates: { interval: 10ms } }\n").join()).toContain(
      "error",
    );
  });

  test("tells people of the end and of what needs them, unless it is said otherwise", () => {
    const { notices } = monitoring(
      "monitoring: { notifications: [{ type: webhook, url: $env.HOOK }], slack_channel: '#x' }\n",
    );
    expect(notices?.[1]?.events).toEqual([
      "completed",
      "failed",
      "paused",
      "escalated",
      "approval_needed",
    ]);
    expect(notices?.[0]).toMatchObject({ type: "slack", room: "#x" });
    expect(monitoring("monitoring_config: { progress_updates: { enabled: false } }\n")).toEqual({});
  });
});
