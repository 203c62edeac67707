import { describe, expect, test } from "vitest";
import { inOrder, mixedWorkflow, task } from "../../../../test/given/checked.ts";
import {
  definitionsOf,
  ok,
  performerOf,
  runId,
  type Script,
  start,
} from "../../../../test/given/performer.ts";
import { deskOf, doubt, type GivenDesk } from "../../../../test/given/tool-desk.ts";
import type { GivenTool } from "../../../../test/given/tools.ts";
import type { Workflow } from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import { eventOf, failure, type Told, waitsOf } from "../../../core/machine/index.ts";
import { MusterError } from "../../../core/problem.ts";
import { virtualClock } from "../../../testing/index.ts";
import { type Faults, type MemoryDisk, newDisk, openMemory } from "../../store/index.ts";
import type { UseReply } from "../../tools/index.ts";
import { openEmbedded } from "../embedded.ts";

const TOOLS = {
  "order.read": { effects: "pure" },
  "note.write": { effects: "idempotent", verifies: true },
  "refund.create": { effects: "ask" },
  "refund.cancel": { effects: "idempotent" },
  "refund.asked": { effects: "ask", verdict: "ask" },
  "price.set": { effects: "ask", verdict: "deny" },
} satisfies Record<string, GivenTool>;

type Options = {
  readonly desk?: GivenDesk;
  readonly disk?: MemoryDisk;
  readonly faults?: Faults;
  readonly clock?: ReturnType<typeof virtualClock>;
  readonly workflow?: Workflow;
  readonly effects?: "pure" | "idempotent" | "ask";
};

const ONE = mixedWorkflow([task("a")]);

/** A runtime whose agents may use the tools of a test; `again` is another process after a crash. */
async function open(script: Script, options: Options = {}) {
  const {
    clock = virtualClock(),
    disk = newDisk(),
    desk = deskOf(TOOLS),
    workflow = ONE,
  } = options;
  const log = openMemory({ disk, ...(options.faults && { faults: options.faults }) });
  const performer = performerOf(script, { effects: options.effects ?? "pure" });
  const runtime = openEmbedded({
    log,
    clock,
    definitions: definitionsOf([workflow]),
    performer,
    desk,
  });
  const starting = runtime.start();
  await clock.settle();
  await starting;
  const id = runId("uses");
  const send = async (told: Told, by = "ana") => {
    const sent = runtime.send(id, { ...told, at: clock.now(), by });
    sent.catch(() => {});
    await clock.settle();
    return sent;
  };
  return {
    clock,
    log,
    runtime,
    desk,
    id,
    send,
    begin: () => send(start(workflow.digest, clock.now()) as unknown as Told),
    types: () => [...log.read(id)].map(({ type }) => type),
    status: () => log.standing(id)?.status,
    again: (next: Script, more: Options = {}) =>
      open(next, { ...options, clock, disk, desk, ...more }),
    decide: async (allow = true) => {
      const [gate] = waitsOf(runtime.run(id)!).filter(({ what }) => what.kind === "gate");
      if (gate?.what.kind !== "gate") throw new Error("Nobody is asked.");
      const digest = gate.what.digest as Digest;
      await send({ type: "vote", key: gate.key, digest, allow, reason: "" });
    },
  };
}

const LATER = { order_id: "7" };

describe("tools that agents use", () => {
  test("a read is judged, performed and given, and stands in the log", async () => {
    const replies: UseReply[] = [];
    const world = await open(async (_call, { use }) => {
      replies.push(await use("order.read", LATER));
      replies.push(await use("price.set", LATER));
      return ok();
    });
    await world.begin();
    expect(replies).toEqual([
      { outcome: "ok", result: { total: 12 } },
      { outcome: "denied", say: "This may not be used here." },
    ]);
    expect(world.types().filter((type) => type.startsWith("tool."))).toEqual([
      "tool.judged",
      "tool.finished",
      "tool.judged",
    ]);
    expect(world.status()).toBe("completed");
  });

  test("M13 what is asked is as the log can hold it: a copy, of plain values, under a text", async () => {
    const replies: UseReply[] = [];
    const world = await open(async (_call, { use, useAll }) => {
      const changing: Record<string, string> = { order_id: "7" };
      const reply = use("order.read", changing);
      changing["order_id"] = "8";
      replies.push(await reply);
      replies.push(await use("order.read", { order_id: new Map() } as never));
      replies.push(...(await useAll([{ tool: "order.read", args: LATER, as: 7 as never }])));
      return ok();
    });
    await world.begin();
    expect(replies).toMatchObject([
      { outcome: "ok" },
      { outcome: "failed", error: { message: expect.stringContaining("is a Map") } },
      { outcome: "failed", error: { message: "What a use is told apart by is a text." } },
    ]);
    const judged = [...world.log.read(world.id)].filter(({ type }) => type === "tool.judged");
    expect(judged.map(({ data }) => data["args"])).toEqual([{ value: LATER }]);
  });

  test("M1 nothing is performed before its judgement is on disk", async () => {
    let known: readonly string[] = [];
    const desk = deskOf(TOOLS, () => {
      known = world.types();
      return null;
    });
    const world = await open(
      async (_call, { use }) => {
        await use("refund.create", LATER);
        return ok();
      },
      { desk },
    );
    await world.begin();
    expect(known).toContain("tool.judged");
    expect(known.at(-1)).toBe("writeback.started");
  });

  test("write fails ⇒ action not run: what cannot be written down is not done, and is done when it can", async () => {
    let isFull = false;
    const desk = deskOf(TOOLS);
    const faults: Faults = {
      before: () => {
        if (isFull) throw new MusterError({ code: "disk-full", message: "The disk is full." });
      },
    };
    const world = await open(
      async (_call, { use }) => {
        isFull = true;
        await use("note.write", LATER);
        return ok();
      },
      { desk, faults },
    );
    await world.begin();
    expect(desk.far.rows.size).toBe(0);
    expect(world.types()).not.toContain("tool.judged");
    isFull = false;
    await world.clock.advance(1_000);
    expect(desk.far.rows.size).toBe(1);
    expect(world.types()).toContain("writeback.committed");
  });

  test("the same question is another use each time it is asked, and the same one when the attempt begins again", async () => {
    let tries = 0;
    const world = await open(async (_call, { use }) => {
      tries += 1;
      await use("refund.create", LATER);
      await use("refund.create", LATER);
      if (tries === 1) return { kind: "failed", error: failure("network_timeout", "no") };
      return ok();
    });
    await world.begin();
    expect(world.desk.far.rows.size).toBe(2);
    await world.clock.advance(60_000);
    expect(world.status()).toBe("completed");
    expect(tries).toBe(2);
    expect(world.desk.far.asked).toHaveLength(2);
  });

  test("a write is looked at again, and its agent waits for that", async () => {
    const seen: string[][] = [];
    const world = await open(async (_call, { use }) => {
      await use("note.write", {});
      seen.push(world.types());
      return ok();
    });
    await world.begin();
    expect(seen[0]).toContain("writeback.verified");
    expect(world.status()).toBe("completed");
  });

  test("M8 people are asked: the agent is stopped, and another attempt goes on where it was", async () => {
    let tries = 0;
    const stops: string[] = [];
    const world = await open(async (_call, { use }, abort) => {
      tries += 1;
      abort.addEventListener("abort", () => stops.push(`attempt ${tries}`), { once: true });
      await use("order.read", LATER);
      const reply = await use("refund.asked", LATER);
      return ok({ said: reply.outcome });
    });
    await world.begin();
    expect(world.status()).toBe("waiting");
    expect(stops).toEqual(["attempt 1"]);
    expect(world.desk.far.rows.size).toBe(0);
    await world.decide();
    expect(tries).toBe(2);
    expect(world.status()).toBe("completed");
    expect(world.desk.far.asked.filter((one) => one.startsWith("order.read"))).toHaveLength(1);
    expect(world.desk.far.rows.size).toBe(1);
    expect(world.types()).toContain("gate.consumed");
  });

  test("what people refuse its agent is told, and may go on without", async () => {
    const replies: UseReply[] = [];
    const world = await open(async (_call, { use }) => {
      replies.push(await use("refund.asked", LATER));
      return ok();
    });
    await world.begin();
    await world.decide(false);
    expect(replies).toEqual([{ outcome: "denied", say: "It was not approved." }]);
    expect(world.status()).toBe("completed");
    expect(world.desk.far.rows.size).toBe(0);
  });

  test("U4 what has changed since it was approved is not written; people are asked about what is now", async () => {
    const world = await open(async (_call, { use }) => {
      await use("refund.asked", LATER);
      return ok();
    });
    await world.begin();
    world.desk.far.state = 2;
    await world.decide();
    expect(world.types()).toContain("gate.voided");
    expect(world.status()).toBe("waiting");
    expect(world.desk.far.rows.size).toBe(0);
    await world.decide();
    expect(world.status()).toBe("completed");
    expect(world.desk.far.rows.size).toBe(1);
  });

  test("a write waits while the run is paused", async () => {
    const gateway = Promise.withResolvers<void>();
    const world = await open(async (_call, { use }) => {
      await gateway.promise;
      await use("refund.create", LATER);
      return ok();
    });
    await world.begin();
    await world.send({ type: "pause", why: "" });
    gateway.resolve();
    await world.clock.settle();
    expect(world.desk.far.rows.size).toBe(0);
    await world.send({ type: "resume" });
    expect(world.desk.far.rows.size).toBe(1);
    expect(world.status()).toBe("completed");
  });

  test("U3 an agent that answers without waiting for what it writes is waited for", async () => {
    const written = Promise.withResolvers<null>();
    const desk = deskOf(TOOLS, () => written.promise);
    const world = await open(
      async (_call, { use }) => {
        void use("refund.create", LATER);
        return ok();
      },
      { desk },
    );
    await world.begin();
    expect(world.status()).toBe("running");
    written.resolve(null);
    await world.clock.settle();
    expect(world.status()).toBe("completed");
    expect(world.desk.far.rows.size).toBe(1);
  });

  test("U3 in doubt, a person looks, and nothing is tried again", async () => {
    const desk = deskOf(TOOLS, () => doubt());
    const replies: UseReply[] = [];
    const world = await open(
      async (_call, { use }) => {
        replies.push(await use("refund.create", LATER));
        return ok();
      },
      { desk },
    );
    await world.begin();
    await world.clock.advance(3_600_000);
    expect(world.status()).toBe("waiting");
    expect(world.types()).toContain("writeback.unknown");
    expect(world.types()).toContain("exception.raised");
    expect(desk.far.asked).toHaveLength(1);
  });

  test("what may be written twice is asked again under the same key, a little later each time", async () => {
    let times = 0;
    const desk = deskOf(TOOLS, () => (++times < 3 ? doubt() : null));
    const world = await open(
      async (_call, { use }) => {
        await use("note.write", {});
        return ok();
      },
      { desk },
    );
    await world.begin();
    await world.clock.advance(60_000);
    expect(world.status()).toBe("completed");
    expect(new Set(desk.far.asked).size).toBe(1);
    expect(desk.far.asked).toHaveLength(3);
  });

  test("a cancel stops what reads and awaits what writes", async () => {
    const aborted: string[] = [];
    const wait = Promise.withResolvers<null>();
    const desk = deskOf(TOOLS, ({ tool }, abort) => {
      abort.addEventListener("abort", () => aborted.push(tool));
      return wait.promise;
    });
    const world = await open(
      async (_call, { use }) => {
        await Promise.all([use("order.read", LATER), use("refund.create", LATER)]);
        return ok();
      },
      { desk },
    );
    await world.begin();
    await world.send({ type: "cancel", why: "", rollback: false });
    await world.clock.advance(30_000);
    expect(aborted).toEqual(["order.read"]);
    expect(world.status()).toBe("running");
    wait.resolve(null);
    await world.clock.settle();
    expect(world.status()).toBe("cancelled");
    expect(world.types()).toContain("writeback.committed");
  });

  test("M9 crash between started and committed ⇒ `unknown` + exception; a read is done again, and what people decide is kept", async () => {
    const never = deskOf(TOOLS, () => new Promise(() => {}));
    const script: Script = async (_call, { use }) => {
      await use("order.read", LATER);
      return ok();
    };
    const first = await open(script, { desk: never });
    await first.begin();
    const second = await first.again(script, { desk: deskOf(TOOLS) });
    await second.clock.advance(60_000);
    expect(second.status()).toBe("completed");
    expect(second.types()).toContain("tool.repeated");

    const writer: Script = async (_call, { use }) => {
      await use("refund.create", LATER);
      return ok();
    };
    const third = await open(writer, { desk: never });
    await third.begin();
    const fourth = await third.again(writer, { desk: deskOf(TOOLS) });
    await fourth.clock.advance(3_600_000);
    expect(fourth.desk.far.rows.size).toBe(0);
    expect(fourth.types()).toContain("writeback.unknown");
    expect(fourth.status()).toBe("waiting");

    const asker: Script = async (_call, { use }) => {
      await use("refund.asked", LATER);
      return ok();
    };
    const fifth = await open(asker);
    await fifth.begin();
    const sixth = await fifth.again(asker);
    expect(sixth.status()).toBe("waiting");
    await sixth.decide();
    expect(sixth.status()).toBe("completed");
    expect(sixth.desk.far.rows.size).toBe(1);
  });

  test("a step may be a tool: no agent is asked, and what it gives are its outputs", async () => {
    const tool = (path: string, name: string) =>
      task(path, { tool: name, agent: { kind: "named", agent: "support" } });
    const workflow = mixedWorkflow(inOrder([tool("a", "order.read"), tool("b", "price.set")]));
    const world = await open(() => ok(), { workflow });
    await world.begin();
    const finished = [...world.log.read(world.id)]
      .map(eventOf)
      .filter((event) => event.type === "step.finished");
    expect(finished).toMatchObject([
      { path: "a", outcome: "completed", output: { value: { total: 12 } } },
      { path: "b", outcome: "failed", error: { kind: "rejected" } },
    ]);
    const judged = [...world.log.read(world.id)].find(({ type }) => type === "tool.judged");
    expect(judged?.actor).toEqual({ kind: "agent", id: "support" });
  });

  test("what was written is taken back by a rollback, by a use of its own", async () => {
    const workflow = mixedWorkflow(inOrder([task("a"), task("b")]));
    const world = await open(
      async (call, { use }) => {
        if (call.path === "b") return new Promise(() => {});
        await use("refund.create", LATER);
        return ok();
      },
      { workflow },
    );
    await world.begin();
    await world.send({ type: "cancel", why: "", rollback: true });
    await world.clock.advance(60_000);
    expect(world.status()).toBe("rolled back");
    expect(world.desk.far.asked.map((one) => one.split(" ")[0])).toEqual([
      "refund.create",
      "refund.cancel",
    ]);
  });
});
