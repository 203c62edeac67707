import { describe, expect, test } from "vitest";
import { mixedWorkflow, task } from "../../../../test/given/checked.ts";
import {
  definitionsOf,
  performerOf,
  runId,
  type Script,
  start,
} from "../../../../test/given/performer.ts";
import type { Workflow } from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import type { Answer, Call, EffectClass } from "../../../core/machine/index.ts";
import { virtualClock } from "../../../testing/index.ts";
import { newDisk, openMemory } from "../../store/index.ts";
import { openEmbedded } from "../embedded.ts";
import { questionOf } from "./results.ts";

const HOUR_MS = 3_600_000;
const cache = { ttlMs: HOUR_MS, allowsAsk: false };
const gave = (n: number): Answer => ({
  kind: "ok",
  output: { value: { n } },
  usage: { tokens: n },
});

/** Runs of one workflow after another, in one process after another, on one disk. */
function company(script: Script, effects: EffectClass = "pure") {
  const clock = virtualClock();
  const disk = newDisk();
  const log = openMemory({ disk });
  return {
    clock,
    log,
    disk,
    run: async (name: string, workflow: Workflow) => {
      const performer = performerOf(script, { effects });
      const runtime = openEmbedded({
        log: openMemory({ disk }),
        clock,
        definitions: definitionsOf([workflow]),
        performer,
      });
      void runtime.start();
      void runtime.send(runId(name), start(workflow.digest, clock.now()));
      await clock.settle();
      const end = [...log.read(runId(name))].find(({ type }) => type === "step.finished");
      return { asked: performer.asked.length, end: end?.data };
    },
  };
}

const one = (more: Parameters<typeof task>[1] = {}) =>
  mixedWorkflow([task("count", { cache, ...more })]);
const input = (value: number) => ({ inputs: { v: { kind: "plain", value } as const } });

describe("Cache Results: Reuse outputs from previous runs when possible", () => {
  test("a later run that asks the same is given what the first gave, and the event names that run", async () => {
    const { run } = company(() => gave(7));
    expect((await run("first", one())).asked).toBe(1);
    const again = await run("second", one());
    expect(again.asked).toBe(0);
    expect(again.end).toMatchObject({
      outcome: "completed",
      output: { value: { n: 7 } },
      cached: { run: "wf_first", path: "count" },
    });
    expect(again.end).not.toHaveProperty("usage");
  });

  test("what is used again is not used up: nothing of the budget is spent", async () => {
    const budget = { budget: { most: { tokens: 50 }, timeMs: null, onExceeded: null } };
    const { run, disk, clock } = company(() => gave(7));
    await run("first", one(budget));
    await run("second", one(budget));
    const runtime = openEmbedded({
      log: openMemory({ disk }),
      clock,
      definitions: definitionsOf([one(budget)]),
      performer: performerOf(() => gave(7)),
    });
    expect(runtime.run(runId("first"))?.ledger?.spent).toEqual({ tokens: 7, calls: 1 });
    expect(runtime.run(runId("second"))?.ledger).toMatchObject({ spent: {}, reserved: {} });
  });

  test("for as long as it says, and no longer", async () => {
    const { run, clock } = company(() => gave(7));
    await run("first", one());
    await clock.advance(HOUR_MS - 1);
    expect((await run("second", one())).asked).toBe(0);
    await clock.advance(1);
    expect((await run("third", one())).asked).toBe(1);
  });

  test("another input or instruction is another question", async () => {
    const { run } = company(() => gave(7));
    await run("first", one(input(1)));
    expect((await run("second", one(input(2)))).asked).toBe(1);
    expect((await run("third", one({ ...input(1), instructions: "Count twice." }))).asked).toBe(1);
    expect((await run("fourth", one(input(1)))).asked).toBe(0);
  });

  test("a step that says nothing of a cache is done each time, and so is what an ask does", async () => {
    const plain = mixedWorkflow([task("count")]);
    const bare = company(() => gave(7));
    await bare.run("first", plain);
    expect((await bare.run("second", plain)).asked).toBe(1);
    const asking = company(() => gave(7), "ask");
    await asking.run("first", one());
    expect((await asking.run("second", one())).asked).toBe(1);
    const allowed = one({ cache: { ...cache, allowsAsk: true } });
    await asking.run("third", allowed);
    expect((await asking.run("fourth", allowed)).asked).toBe(0);
  });

  test("what failed, or was not what was promised, is not kept", async () => {
    let answers = 0;
    const { run } = company(() =>
      answers++ === 0
        ? { kind: "failed", error: { class: "permanent", kind: "rejected", message: "No." } }
        : gave(7),
    );
    await run("first", one());
    expect((await run("second", one())).asked).toBe(1);
    expect((await run("third", one())).asked).toBe(0);
  });

  test("a result that is too large for an event is used again by its name, and not where its content is gone", async () => {
    const text = "x".repeat(10_000);
    const { run, disk } = company(() => ({ kind: "ok", output: { value: { text } } }));
    await run("first", one());
    expect((await run("second", one())).end).toMatchObject({ output: { bytes: 10_011 } });
    disk.contents.clear();
    expect((await run("third", one())).asked).toBe(1);
  });

  test("another agent, or the same with another definition, is another question", () => {
    const call = { agent: "counter" } as Call;
    const asked = { name: "", instructions: "", inputs: {}, outputs: {}, context: {} };
    const of = (digest: string, agent = call.agent) => {
      const ranked = [
        { agent, digest: digest as Digest, effects: "pure", healthy: true, why: "" },
      ] as const;
      const from = { log: openMemory(), performer: { ranked: () => ranked } };
      return questionOf(from, { ...call, agent }, asked);
    };
    expect(of("sha256:1")).toBe(of("sha256:1"));
    expect(new Set([of("sha256:1"), of("sha256:2"), of("sha256:1", "other")]).size).toBe(3);
  });
});
