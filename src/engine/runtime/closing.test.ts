import { describe, expect, test } from "vitest";
import { mixedWorkflow, task } from "../../../test/given/checked.ts";
import { definitionsOf, ok, performerOf, runId, start } from "../../../test/given/performer.ts";
import { virtualClock } from "../../testing/index.ts";
import { newDisk, openMemory } from "../store/index.ts";
import { openEmbedded } from "./embedded.ts";

const workflow = mixedWorkflow([task("pay")]);

function open(parts: ReturnType<typeof newParts>, inFlightMost = 512) {
  const performer = performerOf(() => ok(), { effects: "ask" });
  const { clock, disk } = parts;
  const log = openMemory({ disk });
  const definitions = definitionsOf([workflow]);
  const runtime = openEmbedded({ log, clock, definitions, performer, inFlightMost });
  return { log, runtime, asked: performer.asked };
}

const newParts = () => ({ clock: virtualClock(), disk: newDisk() });

describe("a runtime that is closed", () => {
  test("M9 at the moment in which an `ask` is to begin leaves no doubt: it is not begun", async () => {
    const parts = newParts();
    const { clock } = parts;
    const first = open(parts);
    const sent = first.runtime.send(runId("first"), start(workflow.digest, clock.now()));
    const closing = sent.then(() => first.runtime.close());
    await clock.settle();
    await closing;
    expect(first.asked).toEqual([]);
    expect([...first.log.read(runId("first"))].map(({ type }) => type)).not.toContain(
      "attempt.begun",
    );
    const second = open(parts);
    const starting = second.runtime.start();
    await clock.settle();
    await starting;
    expect(second.log.standing(runId("first"))?.status).toBe("completed");
    expect(second.asked).toHaveLength(1);
  });
});

describe("a runtime in which nothing may be in flight", () => {
  test("takes signals and begins nothing", async () => {
    const parts = newParts();
    const { clock } = parts;
    const { runtime, log, asked } = open(parts, 0);
    const sent = runtime.send(runId("first"), start(workflow.digest, clock.now()));
    await clock.settle();
    await sent;
    await clock.settle();
    expect(asked).toEqual([]);
    expect([...log.read(runId("first"))].map(({ type }) => type)).toEqual([
      "run.accepted",
      "step.started",
    ]);
    const closing = runtime.close();
    await clock.settle();
    await closing;
  });
});
