import { describe, expect, test } from "vitest";
import type { Process } from "./process-list.ts";
import { treeOf } from "./process-tree.ts";

const one = (pid: number, parent: number, given: Partial<Process> = {}): Process => ({
  pid,
  parent,
  group: pid,
  session: pid,
  hasTerminal: false,
  started: 1_000,
  ...given,
});
const root = { pid: 50, started: 1_000, folder: null };
const pids = (all: readonly Process[], of = root): readonly number[] =>
  treeOf(of, all)
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);

describe("the tree of a process", () => {
  test("is its session, its group, and all descendants, also in sessions of their own", () => {
    const all = [
      one(50, 1),
      one(51, 50, { group: 50, session: 50 }),
      one(52, 51), // setsid
      one(53, 52), // and its child
      one(54, 1, { session: 50 }), // its parent has ended
      one(60, 1),
      one(61, 60),
    ];
    expect(pids(all)).toEqual([50, 51, 52, 53, 54]);
  });

  test("is what is left of it when the first process has ended", () => {
    expect(pids([one(51, 1, { group: 50, session: 50 }), one(52, 51)])).toEqual([51, 52]);
  });

  test("is nothing when the number was given to a later process", () => {
    expect(pids([one(50, 1, { started: 2_000 }), one(51, 50, { started: 2_001 })])).toEqual([]);
  });

  test("holds nobody who was there before, and never this process", () => {
    const all = [one(50, 1), one(51, 50, { started: 900 }), one(process.pid, 50, { session: 50 })];
    expect(pids(all)).toEqual([50]);
  });
});
