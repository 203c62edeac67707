import { expect, test } from "vitest";
import { gate, inOrder, mixedWorkflow, task } from "../../../test/given/checked.ts";
import { definitionsOf, ok, performerOf, runId, start } from "../../../test/given/performer.ts";
import { MACHINE_VERSION } from "../../core/machine/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { newDisk, openMemory } from "../store/index.ts";
import { openEmbedded } from "./embedded.ts";
import { openResidents } from "./resident.ts";

test("runs that rest leave memory, the longest resting first, and are folded again", async () => {
  const clock = virtualClock();
  const log = openMemory();
  const workflow = mixedWorkflow([gate("ask")]);
  const definitions = definitionsOf([workflow]);
  const performer = performerOf(() => ok());
  const runtime = openEmbedded({ log, clock, definitions, performer });
  const ids = Array.from({ length: 250 }, (_, n) => runId(`run${n}`));
  for (const id of ids) void runtime.send(id, start(workflow.digest, clock.now()));
  await clock.settle();
  const residents = openResidents(log, definitions);
  for (const id of ids) {
    const resident = residents.wake(id, null);
    if (resident === null) throw new Error(`${id} must be there`);
    residents.rest(resident);
  }
  expect([...residents.all()]).toHaveLength(200);
  expect(residents.get(runId("run0"))).toBeUndefined();
  expect(residents.wake(runId("run0"), null)?.run).toEqual(runtime.run(runId("run0")));
  expect(residents.wake(runId("nobody"), null)).toBe(null);
});

test("M4 M6 a long run is folded from its snapshot and the tail of its log, to what it was", async () => {
  const clock = virtualClock();
  const disk = newDisk();
  const steps = Array.from({ length: 700 }, (_, n) => task(`s${n}`));
  const workflow = mixedWorkflow([...inOrder(steps), gate("ask")]);
  const parts = {
    clock,
    definitions: definitionsOf([workflow]),
    performer: performerOf(() => ok()),
  };
  const first = openEmbedded({ ...parts, log: openMemory({ disk }) });
  const id = runId("long");
  void first.send(id, start(workflow.digest, clock.now()));
  await clock.settle();
  const log = openMemory({ disk });
  expect(log.snapshot(id, MACHINE_VERSION)?.seq).toBeGreaterThan(1_000);
  const second = openEmbedded({ ...parts, log });
  expect(second.run(id)?.seq).toBe(first.run(id)?.seq);
  expect(second.run(id)?.work).toEqual(first.run(id)?.work);
  void second.send(id, { type: "cancel", why: "", rollback: false, at: clock.now(), by: "ana" });
  await clock.settle();
  expect(log.standing(id)?.status).toBe("cancelled");
});
