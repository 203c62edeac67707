import { describe, expect, test } from "vitest";
import {
  accepted,
  attempted,
  begun,
  block,
  ended,
  exampleWorkflow,
  log,
  task,
} from "../../../test/given/checked.ts";
import type { Body } from "../machine/index.ts";
import { emptyHistory, type History, readEvent, stateDocument } from "./index.ts";

const TWO = exampleWorkflow([
  block("prepare", [task("prepare/1")]),
  block("setup", [task("setup/2")]),
]);

function told(bodies: readonly Body[]): History {
  return log(bodies).reduce(readEvent, emptyHistory(TWO));
}

const RUN: readonly Body[] = [
  accepted,
  begun(""),
  begun("prepare"),
  attempted("prepare/1"),
  ended("prepare/1", { usage: { tokens: 12_000, calls: 3 } }),
  ended("prepare"),
  begun("setup"),
  attempted("setup/2"),
];

describe("the state document", () => {
  test("State Schema: every field stands in it, whatever became of the run", () => {
    const document = stateDocument(told(RUN));
    for (const field of [
      "workflow_id",
      "name",
      "status",
      "created_at",
      "updated_at",
      "current_phase",
      "phases",
      "checkpoints",
      "errors",
      "metrics",
    ])
      expect(document).toHaveProperty(field);
    expect(document["metrics"]).toMatchObject({
      total_steps: 2,
      completed_steps: 1,
      failed_steps: 0,
      progress_percent: 50,
    });
  });

  test("Expected Output: duration_minutes, phases_completed, steps_retried and resource_usage are of the run", () => {
    const document = stateDocument(told([...RUN, ended("setup/2"), ended("setup"), ended("")]), {
      tokensBudget: 120_000,
      notifications: [{ type: "slack", event: "started", timestamp: "2025-12-12T10:00:00.000Z" }],
    });
    expect(document).toMatchObject({
      started_at: "2025-12-12T10:00:01.000Z",
      duration_minutes: 0.17,
      phases_completed: 2,
      steps_completed: 2,
      steps_failed: 0,
      steps_retried: 0,
      resource_usage: {
        tokens_used: 12_000,
        tokens_budget: 120_000,
        api_calls: 3,
        peak_concurrent_agents: 1,
      },
      notifications_sent: [{ type: "slack", event: "started" }],
    });
  });

  test("a failed step is no completed one, in the document and in the count of work done", () => {
    const error = { class: "permanent", kind: "invalid_input_data", message: "no" } as const;
    const failed = told([...RUN, ended("setup/2", { outcome: "failed", error })]);
    expect(stateDocument(failed)["metrics"]).toMatchObject({
      completed_steps: 1,
      failed_steps: 1,
      work_done: 1,
      work_expected: 2,
    });
  });
});
