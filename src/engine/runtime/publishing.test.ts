import { describe, expect, test } from "vitest";
import { inOrder, mixedWorkflow, task, wait } from "../../../test/given/checked.ts";
import { definitionsOf, ok, performerOf, runId, start } from "../../../test/given/performer.ts";
import type { Wait, Workflow } from "../../core/definition/index.ts";
import type { RunId } from "../../core/id.ts";
import type { JsonObject } from "../../core/json.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import { virtualClock } from "../../testing/index.ts";
import { type Faults, type MemoryDisk, newDisk, openMemory } from "../store/index.ts";
import { openEmbedded } from "./embedded.ts";

const HOUR_MS = 3_600_000;

function listens(id: string, match = "A1", timeoutMs: number | null = null): Wait {
  const key = match === "" ? null : ({ kind: "plain", value: match } as const);
  return { ...wait(id, 0), until: { kind: "event", event: "paid", key, timeoutMs } };
}

type Options = {
  readonly clock?: ReturnType<typeof virtualClock>;
  readonly disk?: MemoryDisk;
  readonly faults?: Faults;
};

/** One process of a company; `next` leaves it as a killed one does, and opens another. */
async function open(workflow: Workflow, options: Options = {}) {
  const { clock = virtualClock(), disk = newDisk(), faults = {} } = options;
  const log = openMemory({ disk, faults });
  const performer = performerOf(() => ok());
  const troubles: Problem[] = [];
  const runtime = openEmbedded({
    log,
    clock,
    definitions: definitionsOf([workflow]),
    performer,
    trouble: (problem) => troubles.push(problem),
  });
  const starting = runtime.start();
  await clock.settle();
  await starting;
  const publish = async (match = "A1", payload: JsonObject = {}, id: string | null = null) => {
    const event = {
      event: "paid",
      source: "bank",
      at: clock.now(),
      payload: JSON.stringify(payload),
    };
    const published = runtime.publish({ ...event, match, id });
    published.catch(() => {});
    await clock.settle();
    return published;
  };
  return {
    clock,
    log,
    runtime,
    troubles,
    publish,
    asked: performer.asked,
    begin: async (name: string) => {
      const sent = runtime.send(runId(name), start(workflow.digest, clock.now()));
      await clock.settle();
      await sent;
      return runId(name);
    },
    status: (id: RunId) => log.standing(id)?.status,
    taken: (id: RunId) =>
      [...log.read(id)].flatMap(({ type, data }) =>
        type === "listen.ended" ? [data["position"]] : [],
      ),
    next: () => {
      // Its timers die with it.
      clock.skip(0);
      return open(workflow, { clock, disk });
    },
  };
}

describe("an event that is published", () => {
  test("before the run comes to its wait is taken when it does", async () => {
    const company = await open(mixedWorkflow(inOrder([wait("first", HOUR_MS), listens("paid")])));
    const id = await company.begin("early");
    expect(await company.publish()).toMatchObject({ position: 1, told: [] });
    await company.clock.advance(HOUR_MS);
    expect([company.status(id), company.taken(id)]).toEqual(["completed", [1]]);
  });

  test("before the run was accepted is not for it", async () => {
    const company = await open(mixedWorkflow([listens("paid")]));
    await company.publish();
    const id = await company.begin("later");
    expect(company.status(id)).toBe("waiting");
    expect(await company.publish()).toMatchObject({ told: [id] });
    expect(company.taken(id)).toEqual([2]);
  });

  test("is taken once by each run that waits for it", async () => {
    const company = await open(mixedWorkflow(inOrder([listens("one"), listens("two")])));
    const [first, second] = [await company.begin("first"), await company.begin("second")];
    expect(await company.publish()).toMatchObject({ told: [first, second], problems: [] });
    expect([first, second].map(company.status)).toEqual(["waiting", "waiting"]);
    expect(await company.publish("B2")).toMatchObject({ told: [] });
    expect(await company.publish()).toMatchObject({ told: [first, second] });
    expect([first, second].map(company.status)).toEqual(["completed", "completed"]);
    expect([first, second].map(company.taken)).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });

  test("two at once are taken by two waits, in their order", async () => {
    const company = await open(mixedWorkflow(inOrder([listens("one"), listens("two")])));
    const id = await company.begin("first");
    await Promise.all([company.publish(), company.publish(), company.publish()]);
    expect([company.status(id), company.taken(id)]).toEqual(["completed", [1, 2]]);
  });

  test("with any key is taken by a wait that names none", async () => {
    const company = await open(mixedWorkflow(inOrder([listens("one", ""), listens("two", "")])));
    const id = await company.begin("first");
    expect(await company.publish("B2")).toMatchObject({ told: [id] });
    expect(await company.publish("")).toMatchObject({ told: [id] });
    expect(company.status(id)).toBe("completed");
  });

  test("M2 under the same id is published once", async () => {
    const company = await open(mixedWorkflow(inOrder([listens("one"), listens("two")])));
    const id = await company.begin("first");
    expect(await company.publish("A1", {}, "mail-1")).toMatchObject({ again: false, told: [id] });
    expect(await company.publish("A1", {}, "mail-1")).toMatchObject({ again: true, told: [] });
    expect(company.taken(id)).toEqual([1]);
  });

  test("M13 and is not what the run waits for is refused with the reason, and the next is taken", async () => {
    const fields = { amount: integer() };
    const paid = { ...listens("paid"), outputs: { open: false, fields } };
    const company = await open(mixedWorkflow(inOrder([wait("first", HOUR_MS), paid])));
    const id = await company.begin("first");
    await company.publish("A1", { amount: "much" });
    await company.publish("A1", { amount: "more" });
    await company.clock.advance(HOUR_MS);
    expect(company.status(id)).toBe("waiting");
    const refused = await company.publish("A1", { amount: "most" });
    expect(refused).toMatchObject({ told: [], problems: [{ code: "bad-input" }] });
    expect(await company.publish("A1", { amount: 3 })).toMatchObject({ told: [id], problems: [] });
    expect([company.status(id), company.taken(id)]).toEqual(["completed", [4]]);
  });
});

describe("a process that dies", () => {
  test("M1 after an event was kept and before a run was told: the next process tells it", async () => {
    const first = await open(mixedWorkflow([listens("paid")]), {
      faults: { after: (batch) => (batch.length === 0 ? new Promise(() => {}) : undefined) },
    });
    const id = await first.begin("first");
    void first.publish();
    await first.clock.settle();
    expect(first.status(id)).toBe("waiting");
    const second = await first.next();
    expect([second.status(id), second.taken(id)]).toEqual(["completed", [1]]);
  });

  test("between two waits: the next process gives the second wait the next event", async () => {
    const workflow = mixedWorkflow(
      inOrder([listens("one"), wait("between", HOUR_MS), listens("two"), task("end")]),
    );
    const first = await open(workflow);
    const id = await first.begin("first");
    await first.publish();
    await first.publish();
    const second = await first.next();
    await second.clock.advance(HOUR_MS);
    expect([second.status(id), second.taken(id)]).toEqual(["completed", [1, 2]]);
    expect(second.asked.map(({ path }) => path)).toEqual(["end"]);
  });

  test("does not make an event late that came in time", async () => {
    const first = await open(mixedWorkflow([listens("paid", "A1", HOUR_MS)]), {
      faults: { after: (batch) => (batch.length === 0 ? new Promise(() => {}) : undefined) },
    });
    const id = await first.begin("first");
    void first.publish();
    await first.clock.settle();
    first.clock.skip(2 * HOUR_MS);
    const second = await first.next();
    await second.clock.settle();
    expect(second.status(id)).toBe("completed");
  });
});

describe("a disk that refuses", () => {
  const full = new MusterError({ code: "disk-full", message: "The disk is full." });

  test("an event keeps none of it, and says so", async () => {
    let isFull = true;
    const company = await open(mixedWorkflow([listens("paid")]), {
      faults: {
        before: (batch) => {
          if (isFull && batch.length === 0) throw full;
        },
      },
    });
    const id = await company.begin("first");
    await expect(company.publish()).rejects.toMatchObject({ code: "disk-full" });
    isFull = false;
    expect(await company.publish()).toMatchObject({ position: 1, told: [id] });
  });

  test("what a run makes of an event tells the run when it can", async () => {
    let isFull = false;
    const company = await open(mixedWorkflow([listens("paid")]), {
      faults: {
        before: (batch) => {
          if (isFull && batch.length > 0) throw full;
        },
      },
    });
    const id = await company.begin("first");
    isFull = true;
    expect(await company.publish()).toMatchObject({ position: 1, told: [] });
    expect(company.troubles).toMatchObject([{ code: "disk-full" }]);
    isFull = false;
    await company.clock.advance(10_000);
    expect([company.status(id), company.taken(id)]).toEqual(["completed", [1]]);
  });
});

describe("a runtime that is closed", () => {
  test("has told what was kept, and keeps nothing more", async () => {
    const company = await open(mixedWorkflow([listens("paid")]));
    const id = await company.begin("first");
    const published = company.publish();
    const closing = company.runtime.close();
    await company.clock.settle();
    await closing;
    expect(await published).toMatchObject({ told: [id] });
    expect(await company.publish()).toMatchObject({ code: "conflict" });
  });
});

function integer(): Wait["outputs"]["fields"][string] {
  return {
    text: "integer",
    schema: { type: "integer" },
    convert: (value: unknown) =>
      typeof value === "number" ? { ok: true, value } : { ok: false, why: "It is no number." },
  } as Wait["outputs"]["fields"][string];
}
