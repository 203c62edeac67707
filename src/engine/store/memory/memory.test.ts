import { describe, expect, test } from "vitest";
import type { StreamId } from "../../../core/id.ts";
import { MusterError } from "../../../core/problem.ts";
import type { Append } from "../log.ts";
import { newDisk, openMemory } from "./memory.ts";

const stream = "wf_aaaa" as StreamId;
const full = new MusterError({ code: "disk-full", message: "The disk is full." });
const nothing = { contents: [], timersSet: [], timersEnded: [], listensSet: [], listensEnded: [] };

function next(after: number): Append {
  const actor = { kind: "system", id: "engine" } as const;
  const event = { seq: after + 1, at: 1, type: "run.accepted", step: "", actor, data: {} };
  return {
    ...nothing,
    stream,
    after,
    cause: null,
    events: [event],
    standing: null,
    snapshot: null,
  };
}

describe("a disk in memory", () => {
  test("M1 that fails before writing keeps nothing", async () => {
    let isFull = true;
    const log = openMemory({
      faults: {
        before() {
          if (isFull) throw full;
        },
      },
    });
    await expect(log.append([next(0)])).rejects.toMatchObject({ code: "disk-full" });
    expect(log.tail(0, 9)).toEqual([]);
    isFull = false;
    expect(await log.append([next(0)])).toEqual([{ done: true, position: 1 }]);
  });

  test("that fails after writing keeps all, and does not say so", async () => {
    const log = openMemory({
      faults: {
        after() {
          throw full;
        },
      },
    });
    await expect(log.append([next(0)])).rejects.toMatchObject({ code: "disk-full" });
    expect(log.tail(0, 9)).toHaveLength(1);
    await expect(log.append([next(0)])).rejects.toMatchObject({ code: "disk-full" });
    expect(log.tail(0, 9)).toHaveLength(1);
  });

  test("that is slow makes batches wait for one another, in the order they were told", async () => {
    const waiting: (() => void)[] = [];
    const log = openMemory({
      faults: { before: () => new Promise<void>((resolve) => waiting.push(resolve)) },
    });
    const answers = Promise.all([log.append([next(0)]), log.append([next(1)])]);
    await Promise.resolve();
    expect(waiting).toHaveLength(1);
    expect(log.tail(0, 9)).toEqual([]);
    waiting[0]?.();
    while (waiting.length < 2) await Promise.resolve();
    expect(log.tail(0, 9)).toHaveLength(1);
    waiting[1]?.();
    expect(await answers).toEqual([[{ done: true, position: 1 }], [{ done: true, position: 2 }]]);
  });

  test("outlives its process: a write that was on its way when it died is not kept", async () => {
    const disk = newDisk();
    let go = (): void => undefined;
    const before = (): Promise<void> =>
      new Promise((resolve) => {
        go = resolve;
      });
    const dying = openMemory({ disk, faults: { before } });
    const late = dying.append([next(0)]);
    await Promise.resolve();
    await dying.close();
    const log = openMemory({ disk });
    await log.append([next(0)]);
    go();
    await expect(late).rejects.toMatchObject({ code: "bug" });
    expect(log.tail(0, 9)).toHaveLength(1);
    expect(await log.append([next(1)])).toEqual([{ done: true, position: 2 }]);
  });
});
