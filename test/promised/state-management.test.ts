import { describe, expect, test } from "vitest";
import { given } from "../given/run.ts";
import { independent, nothing, opened } from "./given.ts";

const PHASES = [
  { name: "Preparation", steps: [...independent(2)] },
  { name: "Sending", steps: [{ id: "send", agent: "desk" }] },
];

describe("2. State Management: tracks workflow progress with checkpoint and recovery", () => {
  test.each([
    [{ interval: "per_step" }, ["preparation/step1", "preparation/step2", "sending/send"]],
    [{ interval: "per_phase" }, ["preparation", "sending"]],
    [{ interval: "timed", every: "1s" }, ["", "", ""]],
    [{ enabled: false }, []],
  ] as const)("Checkpoint creation at configurable intervals: %j", async (strategy, after) => {
    await using run = await opened({
      execution_config: { checkpoint_strategy: strategy },
      phases: PHASES,
    });
    const { run: id } = await run.company.play("it");
    const found = (await run.company.checkpoints(id)) ?? [];
    expect(found.map(({ step }) => step)).toEqual(after);
  });

  test("State recovery after failures or interruptions", () => {
    const run = given(`
      steps:
        - { id: load, agent: reader, outputs: { n: integer } }
        - { id: send, agent: sender, inputs: { n: $load.n } }
    `).start();
    run.does("load", { n: 3 });
    run.begins("send");
    run.crashes();
    expect(run.ended("load")).toBe("completed");
    expect(run.asked("send").inputs).toEqual({ n: 3 });
    run.does("send");
    expect(run.status()).toBe("completed");
    expect(run.events("attempt.started").filter(({ path }) => path === "load")).toEqual([]);
  });

  test("Progress tracking with percentage completion", async () => {
    await using run = await opened({ steps: independent(4) });
    const told = await run.company.run("it");
    if (told.run === null) throw new Error("it must have begun");
    const percents = new Set<unknown>();
    do {
      const { metrics } = await run.company.document(told.run);
      percents.add((metrics as Record<string, unknown>)["progress_percent"]);
    } while (await run.company.clock.toNext());
    const { metrics } = await run.company.document(told.run);
    percents.add((metrics as Record<string, unknown>)["progress_percent"]);
    expect([...percents]).toEqual([0, 25, 50, 75, 100]);
  });

  test("Execution history with timestamps and outcomes", async () => {
    await using run = await opened(
      { steps: [...independent(2), { id: "extra", agent: "bad", optional: true, retry: false }] },
      { desk: nothing, bad: () => ({ error: { kind: "invalid_input_data", message: "No." } }) },
    );
    const { events } = await run.company.play("it");
    const start = Date.parse(events[0]!.at);
    const ended = events.filter(({ type }) => type === "step.finished");
    expect(
      ended.map(({ step, at, data }) => [step, Date.parse(at) - start, data["outcome"]]),
    ).toEqual([
      ["step1", 1_000, "completed"],
      ["step2", 2_000, "completed"],
      ["extra", 3_000, "degraded"],
    ]);
  });

  test('State Schema: "status": "running|completed|failed|paused"', async () => {
    await using run = await opened(
      {
        parameters: { kind: "" },
        steps: [{ id: "work", agent: "desk", inputs: { kind: "$params.kind" } }],
      },
      {
        desk: ({ inputs }) =>
          inputs["kind"] === ""
            ? { outputs: {} }
            : { error: { kind: inputs["kind"] as string, message: "No." } },
      },
    );
    const { company } = run;
    const status = async (params: { kind?: string }, pauses = false) => {
      const told = await company.run("it", params);
      if (told.run === null) throw new Error("it must have begun");
      if (pauses) await company.send(told.run, { type: "pause", why: "lunch" }, { by: "ana" });
      const before = (await company.document(told.run))["status"];
      await company.playOn(told.run);
      return [before, (await company.document(told.run))["status"]];
    };
    expect(await status({})).toEqual(["running", "completed"]);
    expect(await status({ kind: "invalid_input_data" })).toEqual(["running", "failed"]);
    expect(await status({}, true)).toEqual(["paused", "paused"]);
  });

  test("State Schema: phases, steps, checkpoints, errors and metrics as the document has them", async () => {
    await using run = await opened(
      {
        name: "it",
        phases: [
          {
            name: "Preparation",
            steps: [
              {
                id: 1,
                name: "Load customer data",
                agent: "data-engineering",
                outputs: { customer_count: "integer" },
              },
            ],
          },
          { name: "Setup", steps: [{ id: 2, gate: "Shall it go on?" }] },
        ],
      },
      { "data-engineering": () => ({ outputs: { customer_count: 50 } }) },
    );
    const { run: id } = await run.company.play("it");
    expect(await run.company.document(id)).toMatchObject({
      workflow_id: id,
      name: "it",
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:01.000Z",
      current_phase: 2,
      phases: [
        {
          phase_id: 1,
          name: "Preparation",
          status: "completed",
          steps: [
            {
              step_id: 1,
              name: "Load customer data",
              status: "completed",
              agent: "data-engineering",
              started_at: "2026-01-01T00:00:00.000Z",
              completed_at: "2026-01-01T00:00:01.000Z",
              outputs: { customer_count: 50 },
            },
          ],
        },
        { phase_id: 2, status: "waiting" },
      ],
      checkpoints: [{ id: "cp_1", phase: 1, timestamp: "2026-01-01T00:00:01.000Z" }],
      errors: [],
      metrics: { total_steps: 2, completed_steps: 1, failed_steps: 0, progress_percent: 50 },
    });
  });
});
