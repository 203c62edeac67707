import { describe, expect, test } from "vitest";
import { gate, inOrder, mixedWorkflow, subRun, task, wait } from "../../../test/given/checked.ts";
import {
  definitionsOf,
  ok,
  performerOf,
  runId,
  type Script,
  start,
} from "../../../test/given/performer.ts";
import type { Workflow } from "../../core/definition/index.ts";
import type { RunId } from "../../core/id.ts";
import { type Answer, type Event, failure, type Told } from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import { virtualClock } from "../../testing/index.ts";
import { type Faults, type MemoryDisk, newDisk, openMemory } from "../store/index.ts";
import { openEmbedded } from "./embedded.ts";
import { isProblem } from "./turns/mail.ts";

const DAY_MS = 86_400_000;

type Options = Parameters<typeof performerOf>[1] & {
  readonly faults?: Faults;
  readonly disk?: MemoryDisk;
  readonly clock?: ReturnType<typeof virtualClock>;
  readonly inFlightMost?: number;
  readonly runsPerTurn?: number;
};

/** A company's runtime in one process; `crash` leaves it as a killed process does. */
async function open(workflows: readonly Workflow[], script: Script, options: Options = {}) {
  const { clock = virtualClock(), disk = newDisk(), faults } = options;
  const log = openMemory({ disk, ...(faults ? { faults } : {}) });
  const performer = performerOf(script, options);
  const troubles: Problem[] = [];
  const runtime = openEmbedded({
    log,
    clock,
    definitions: definitionsOf(workflows),
    performer,
    trouble: (problem) => troubles.push(problem),
    ...(options.inFlightMost ? { inFlightMost: options.inFlightMost } : {}),
    ...(options.runsPerTurn ? { runsPerTurn: options.runsPerTurn } : {}),
  });
  const starting = runtime.start();
  await clock.settle();
  await starting;
  const send = async (id: RunId, told: Told, cause?: string) => {
    const sent = runtime.send(id, { ...told, at: clock.now(), by: "ana" }, cause);
    sent.catch(() => {});
    await clock.settle();
    return sent;
  };
  return {
    clock,
    disk,
    log,
    runtime,
    troubles,
    asked: performer.asked,
    send,
    begin: async (name: string, workflow = workflows[0]) => {
      const id = runId(name);
      if (workflow === undefined) throw new Error("no workflow");
      await send(id, start(workflow.digest, clock.now()));
      return id;
    },
    types: (id: RunId) => [...log.read(id)].map((envelope) => envelope.type),
    status: (id: RunId) => log.standing(id)?.status,
    again: (next: Script, more: Options = {}) =>
      open(workflows, next, { ...options, clock, disk, ...more }),
  };
}

const never: Script = () => new Promise<Answer>(() => {});

describe("the embedded runtime", () => {
  test("a run goes from step to step to its end", async () => {
    const { begin, status, asked } = await open(
      [mixedWorkflow(inOrder([task("a"), task("b")]))],
      () => ok(),
    );
    const id = await begin("first");
    expect(status(id)).toBe("completed");
    expect(asked.map((call) => call.path)).toEqual(["a", "b"]);
  });

  test("M1 nothing is performed and nobody is told before the events are on disk", async () => {
    const disk = Promise.withResolvers<void>();
    let isTold = false;
    const workflow = mixedWorkflow([task("a")]);
    const { asked, clock, runtime } = await open([workflow], () => ok(), {
      faults: { before: () => disk.promise },
    });
    const sent = runtime.send(runId("first"), start(workflow.digest, clock.now())).then(() => {
      isTold = true;
    });
    await clock.settle();
    expect([asked.length, isTold]).toEqual([0, false]);
    disk.resolve();
    await clock.settle();
    await sent;
    expect([asked.length, isTold]).toEqual([1, true]);
  });

  test("M10 a run that is told to its caller is found by the next process", async () => {
    const workflow = mixedWorkflow([task("a")]);
    const first = await open([workflow], never);
    const id = await first.begin("first");
    const second = await first.again(() => ok());
    expect(second.status(id)).toBe("completed");
  });

  test("M2 a signal with a cause that was decided before changes nothing", async () => {
    const { begin, send, types } = await open([mixedWorkflow([gate("ask")])], never);
    const id = await begin("first");
    await send(id, { type: "pause", why: "lunch" }, "signal-1");
    await send(id, { type: "resume" }, "signal-2");
    const before = types(id).length;
    expect(await send(id, { type: "pause", why: "lunch" }, "signal-1")).toEqual([]);
    expect(types(id)).toHaveLength(before);
  });

  test("what was told in the same moment is all decided, though each with a cause alone", async () => {
    const { begin, clock, runtime, types } = await open([mixedWorkflow([gate("ask")])], never);
    const id = await begin("first");
    const told = (type: "pause" | "resume", cause: string) =>
      runtime.send(id, { type, why: "lunch", at: clock.now(), by: "ana" } as never, cause);
    const sent = [told("pause", "one"), told("resume", "two"), told("pause", "three")];
    await clock.settle();
    expect(types(id).slice(-3)).toEqual(["run.paused", "run.resumed", "run.paused"]);
    await Promise.all(sent);
  });

  test("a timer that fires while a slow commit moves its moment waits for the new one", async () => {
    let slow: Promise<void> | undefined;
    const faults: Faults = { before: () => slow };
    const { begin, clock, runtime, send, status } = await open(
      [mixedWorkflow([wait("a", 10_000)])],
      never,
      {
        faults,
      },
    );
    const id = await begin("first");
    await send(id, { type: "pause", why: "lunch" });
    await clock.advance(8_000);
    const commit = Promise.withResolvers<void>();
    slow = commit.promise;
    const resumed = runtime.send(id, { type: "resume", at: clock.now(), by: "ana" });
    await clock.advance(3_000);
    slow = undefined;
    commit.resolve();
    await clock.settle();
    await resumed;
    expect(status(id)).toBe("waiting");
    await clock.advance(8_000);
    expect(status(id)).toBe("completed");
  });

  test("M1 while one commit is under way another begins, and a run whose own is under way waits for it", async () => {
    const commits: PromiseWithResolvers<void>[] = [];
    const faults: Faults = {
      before: () => {
        commits.push(Promise.withResolvers<void>());
        return commits.at(-1)?.promise;
      },
    };
    const options = { faults, runsPerTurn: 1 };
    const { clock, runtime, log } = await open([mixedWorkflow([gate("ask")])], never, options);
    const workflow = mixedWorkflow([gate("ask")]);
    const told: string[] = [];
    const begin = (name: string): void => {
      const begun = runtime.send(runId(name), start(workflow.digest, clock.now()));
      void begun.then(() => told.push(name));
    };
    begin("first");
    await clock.settle();
    begin("second");
    const pause = { type: "pause", why: "lunch", at: clock.now(), by: "ana" } as const;
    void runtime.send(runId("first"), pause).then(() => told.push("pause"));
    await clock.settle();
    // On this disk one is written after another; the second was handed to it, the pause was not decided.
    expect([commits.length, told]).toEqual([1, []]);
    commits[0]?.resolve();
    await clock.settle();
    expect([commits.length, told]).toEqual([2, ["first"]]);
    expect(log.standing(runId("second"))).toBeNull();
    commits[1]?.resolve();
    await clock.settle();
    commits[2]?.resolve();
    await clock.settle();
    expect(told).toEqual(["first", "second", "pause"]);
    expect(log.standing(runId("first"))?.status).toBe("paused");
  });

  test("a disk that refuses several commits under way is given one rest, and nothing is lost", async () => {
    let isFull = false;
    let refused = 0;
    const slow = Promise.withResolvers<void>();
    const faults: Faults = {
      before: async () => {
        if (!isFull) return;
        await slow.promise;
        refused += 1;
        throw new MusterError({ code: "disk-full", message: "The disk is full." });
      },
    };
    const workflow = mixedWorkflow([wait("a", 1_000)]);
    const { begin, clock, status } = await open([workflow], never, { faults, runsPerTurn: 1 });
    const ids = [await begin("first"), await begin("second"), await begin("third")];
    isFull = true;
    await clock.advance(1_000);
    slow.resolve();
    await clock.settle();
    expect([refused, ...ids.map(status)]).toEqual([3, "waiting", "waiting", "waiting"]);
    isFull = false;
    await clock.advance(1_000);
    expect(ids.map(status)).toEqual(["completed", "completed", "completed"]);
  });

  test("where another writer was first the signal is decided again", async () => {
    const workflow = mixedWorkflow([gate("ask")]);
    const one = await open([workflow], never);
    const id = await one.begin("first");
    const other = await one.again(never);
    await other.send(id, { type: "pause", why: "lunch" });
    expect(isProblem(await one.send(id, { type: "cancel", why: "no", rollback: false }))).toBe(
      false,
    );
    expect(one.types(id)).toContain("run.paused");
    expect(one.status(id)).toBe("cancelled");
  });

  test("a disk that refuses is told to who sent a signal; an answer is kept until it can be written", async () => {
    const answer = Promise.withResolvers<Answer>();
    let isFull = false;
    const workflow = mixedWorkflow([task("a")]);
    const faults: Faults = {
      before: () => {
        if (isFull) throw new MusterError({ code: "disk-full", message: "The disk is full." });
      },
    };
    const { begin, clock, send, status, troubles } = await open([workflow], () => answer.promise, {
      faults,
    });
    const id = await begin("first");
    isFull = true;
    answer.resolve(ok());
    await expect(send(id, { type: "pause", why: "lunch" })).rejects.toThrow("The disk is full.");
    expect(status(id)).not.toBe("completed");
    expect(troubles[0]?.code).toBe("disk-full");
    isFull = false;
    await clock.advance(1_000);
    expect(status(id)).toBe("completed");
  });

  test("a disk that refuses for long is told of once, and once more when it is over", async () => {
    const answer = Promise.withResolvers<Answer>();
    let isFull = false;
    const faults: Faults = {
      before: () => {
        if (isFull) throw new MusterError({ code: "disk-full", message: "The disk is full." });
      },
    };
    const workflow = mixedWorkflow([task("a")]);
    const { begin, clock, status, troubles } = await open([workflow], () => answer.promise, {
      faults,
    });
    const id = await begin("first");
    isFull = true;
    answer.resolve(ok());
    await clock.advance(60_000);
    expect(troubles).toMatchObject([{ code: "disk-full", severity: "warning" }]);
    expect(troubles[0]?.message).toContain("tried again by itself");
    isFull = false;
    await clock.advance(60_000);
    expect(status(id)).toBe("completed");
    expect(troubles.slice(1)).toMatchObject([
      { code: "disk-full", message: expect.stringContaining("written again") },
    ]);
  });

  test("a run that nobody knows, and a closed company, are refused with a sentence", async () => {
    const { runtime, send, clock } = await open([mixedWorkflow([task("a")])], () => ok());
    expect(await send(runId("nobody"), { type: "resume" })).toMatchObject({ code: "not-found" });
    const closing = runtime.close();
    await clock.settle();
    await closing;
    expect(await send(runId("nobody"), { type: "resume" })).toMatchObject({ code: "conflict" });
  });
});

describe("after a crash", () => {
  const workflow = mixedWorkflow([task("a")]);

  test("M9 what may be repeated is performed again, under the same call key, and the log says so", async () => {
    const first = await open([workflow], never, { effects: "idempotent" });
    const id = await first.begin("first");
    const second = await first.again(() => ok());
    expect(second.types(id)).toContain("attempt.repeated");
    expect(second.asked.map((call) => call.call)).toEqual(first.asked.map((call) => call.call));
    expect(second.status(id)).toBe("completed");
  });

  test("M9 an ask that was begun is not performed again: a person looks", async () => {
    const first = await open([workflow], never, { effects: "ask" });
    const id = await first.begin("first");
    expect(first.asked).toHaveLength(1);
    const second = await first.again(() => ok());
    expect(second.asked).toHaveLength(0);
    expect(second.types(id)).toContain("exception.raised");
  });

  test("an ask that still waited for its place is performed, and nobody is asked to look", async () => {
    const first = await open([workflow], never, { effects: "ask", concurrency: 1 });
    await first.begin("busy");
    const id = await first.begin("waits");
    expect(first.types(id)).not.toContain("attempt.begun");
    const second = await first.again(() => ok());
    expect(second.types(id)).not.toContain("exception.raised");
    expect(second.status(id)).toBe("completed");
  });

  test("a timer that was due meanwhile fires", async () => {
    const first = await open([mixedWorkflow([wait("sleep", DAY_MS)])], never);
    const id = await first.begin("first");
    await first.runtime.close();
    first.clock.skip(2 * DAY_MS);
    const second = await first.again(never);
    await second.clock.settle();
    await second.clock.advance(1);
    expect(second.status(id)).toBe("completed");
  });

  test("a sub-run and its parent both go on", async () => {
    const inner = mixedWorkflow([task("b")], { name: "inner" });
    const outer = mixedWorkflow([subRun("below", "inner")], { name: "outer" });
    const first = await open([outer, inner], never);
    const id = await first.begin("first", outer);
    expect(first.asked.map((call) => call.path)).toEqual(["b"]);
    const second = await first.again(() => ok());
    expect(second.status(id)).toBe("completed");
  });

  test("a run whose definition is lost is a problem, and the others go on", async () => {
    const other = mixedWorkflow([task("b")], { name: "other" });
    const first = await open([workflow, other], never);
    const lost = await first.begin("lost", workflow);
    const fine = await first.begin("fine", other);
    const log = openMemory({ disk: first.disk });
    const runtime = openEmbedded({
      log,
      clock: first.clock,
      definitions: definitionsOf([other]),
      performer: performerOf(() => ok()),
    });
    const starting = runtime.start();
    await first.clock.settle();
    const problems = await starting;
    expect(problems.map((problem) => problem.message).join()).toContain(lost);
    expect(log.standing(fine)?.status).toBe("completed");
  });
});

describe("time", () => {
  test("a run that waits three weeks goes on when they have passed", async () => {
    const { begin, clock, status } = await open(
      [mixedWorkflow([wait("sleep", 21 * DAY_MS)])],
      never,
    );
    const id = await begin("first");
    await clock.advance(20 * DAY_MS);
    expect(status(id)).toBe("waiting");
    await clock.advance(DAY_MS);
    expect(status(id)).toBe("completed");
  });

  test("an attempt that takes longer than its time is told to stop, and tried again", async () => {
    const reasons: unknown[] = [];
    let tries = 0;
    const script: Script = (_call, _task, abort) => {
      tries += 1;
      if (tries > 1) return ok();
      return new Promise((resolve) => {
        abort.addEventListener("abort", () => {
          reasons.push((abort.reason as Error).name);
          resolve({ kind: "failed", error: failure("timeout", "stopped"), certain: false });
        });
      });
    };
    const { begin, clock, status } = await open(
      [mixedWorkflow([task("a", { timeoutMs: 5_000 })])],
      script,
    );
    const id = await begin("first");
    await clock.advance(4_999);
    expect(reasons).toEqual([]);
    await clock.advance(10_000);
    expect(reasons).toEqual(["TimeoutError"]);
    expect(status(id)).toBe("completed");
  });

  test("M7 an agent that does not stop when it is told to is given up", async () => {
    const workflow = mixedWorkflow([task("a", { timeoutMs: 1_000 })]);
    const { begin, clock, types, runtime } = await open([workflow], never, { effects: "ask" });
    const id = await begin("first");
    await clock.advance(60_000);
    expect(types(id)).toContain("exception.raised");
    await runtime.idle();
  });
});

describe("control", () => {
  test("a paused run begins nothing; resumed, it begins what waited for a place", async () => {
    const held = Promise.withResolvers<Answer>();
    const workflow = mixedWorkflow([task("a")]);
    const script: Script = (_call, { run }) => (run === runId("busy") ? held.promise : ok());
    const { asked, begin, send, status, clock, runtime } = await open([workflow], script, {
      effects: "ask",
      concurrency: 1,
    });
    await begin("busy");
    const id = await begin("waits");
    expect(runtime.queued(id)).toEqual([
      { key: 2, waitsFor: "agent worker", isRateLimited: false },
    ]);
    await send(id, { type: "pause", why: "lunch" });
    expect(runtime.queued(id)).toEqual([]);
    held.resolve(ok());
    await clock.settle();
    expect(asked).toHaveLength(1);
    await send(id, { type: "resume" });
    expect(status(id)).toBe("completed");
  });

  test("a sub-run of a cancelled run is cancelled", async () => {
    const inner = mixedWorkflow([gate("ask")], { name: "inner" });
    const outer = mixedWorkflow([subRun("below", "inner")], { name: "outer" });
    const { begin, send, log, status } = await open([outer, inner], never);
    const id = await begin("first", outer);
    await send(id, { type: "cancel", why: "no", rollback: false });
    expect(status(id)).toBe("cancelled");
    expect(log.standings({ parent: id, most: 10 }).map((one) => one.status)).toEqual(["cancelled"]);
  });

  test("an agent at work is told when its run is cancelled, and its answer is still heard", async () => {
    const script: Script = (_call, _task, abort) =>
      new Promise((resolve) => {
        abort.addEventListener("abort", () => resolve(ok()));
      });
    const { begin, send, status, runtime } = await open([mixedWorkflow([task("a")])], script, {
      effects: "ask",
    });
    const id = await begin("first");
    await send(id, { type: "cancel", why: "no", rollback: false });
    expect(status(id)).toBe("cancelled");
    await runtime.idle();
  });
});

describe("limits", () => {
  test("an agent's concurrency holds across runs, and all of them end", async () => {
    let now = 0;
    let most = 0;
    const script: Script = async () => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      return ok();
    };
    const workflow = mixedWorkflow(inOrder([task("a"), task("b")]));
    const { begin, clock, status } = await open([workflow], script, { concurrency: 2 });
    const ids = await Promise.all(Array.from({ length: 9 }, (_, n) => begin(`run${n}`)));
    await clock.settle();
    expect(most).toBe(2);
    expect(new Set(ids.map(status))).toEqual(new Set(["completed"]));
  });

  test("two runs that use two resources in two ways do not wait for each other for ever", async () => {
    const uses = (names: readonly string[]) => [
      task("a", { uses: names }),
      task("b", { uses: names }),
    ];
    const resources = { crm: 1, disk: 1 };
    const one = mixedWorkflow(uses(["crm", "disk"]), { name: "one", resources });
    const two = mixedWorkflow(uses(["disk", "crm"]), { name: "two", resources });
    const script: Script = async () => {
      await Promise.resolve();
      return ok();
    };
    const { begin, clock, status } = await open([one, two], script);
    const ids = await Promise.all([begin("first", one), begin("second", two), begin("third", one)]);
    await clock.settle();
    expect(ids.map(status)).toEqual(["completed", "completed", "completed"]);
  });

  test("M9 a crash repeats no more than what may be in flight, however fast the agents are", async () => {
    const workflow = mixedWorkflow([task("a")]);
    const disk = Promise.withResolvers<void>();
    let commits = 0;
    const faults: Faults = {
      before: () => {
        commits += 1;
        return commits > 1 ? disk.promise : undefined;
      },
    };
    const { asked, clock, runtime } = await open([workflow], () => ok(), {
      faults,
      inFlightMost: 3,
    });
    for (let n = 0; n < 10; n += 1)
      void runtime.send(runId(`run${n}`), start(workflow.digest, clock.now()));
    await clock.settle();
    expect(asked).toHaveLength(3);
    disk.resolve();
    await clock.settle();
    expect(asked).toHaveLength(10);
  });

  test("a large output is stored once, by its digest, and can be read", async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => ({ n }));
    const { begin, log, runtime } = await open([mixedWorkflow([task("a")])], () => ok({ rows }));
    const id = await begin("first");
    const finished = [...log.read(id)].find((envelope) => envelope.type === "step.finished");
    const output = finished?.data["output"] as Extract<Event, { type: "step.finished" }>["output"];
    if (output === undefined || !("digest" in output))
      throw new Error("it must be stored by its digest");
    expect(runtime.read(output.digest)).toEqual({ rows });
  });
});
