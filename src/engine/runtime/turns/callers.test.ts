import { describe, expect, test } from "vitest";
import type { Resident } from "../resident.ts";
import { newCallers } from "./callers.ts";

function resident(id: string, seq: number): Resident {
  return { id, run: { seq } } as unknown as Resident;
}

const ids = (of: readonly Resident[]): string[] => of.map(({ id }) => id);

describe("runs with mail", () => {
  test("go in the order they came in", () => {
    const callers = newCallers();
    for (const name of ["a", "b", "c"]) callers.add(resident(name, 1));
    expect(ids(callers.take(2))).toEqual(["a", "b"]);
    callers.add(resident("d", 1));
    expect(ids(callers.take(9))).toEqual(["c", "d"]);
    expect(callers.take(9)).toEqual([]);
    expect(callers.count()).toBe(0);
  });

  test("go before those that are to begin", () => {
    const callers = newCallers();
    for (const name of ["new-1", "new-2", "new-3"]) callers.add(resident(name, 0));
    for (const name of ["old-1", "old-2"]) callers.add(resident(name, 7));
    expect([callers.begun(), callers.count()]).toEqual([2, 5]);
    expect(ids(callers.take(4))).toEqual(["old-1", "old-2", "new-1", "new-2"]);
    expect([callers.begun(), callers.count()]).toEqual([0, 1]);
  });

  test("leave some places to those that are to begin, however many there are", () => {
    const callers = newCallers();
    for (let n = 0; n < 10; n += 1) callers.add(resident(`new-${n}`, 0));
    for (let n = 0; n < 1_000; n += 1) callers.add(resident(`old-${n}`, 1));
    const taken = ids(callers.take(32));
    expect(taken).toHaveLength(32);
    expect(taken.filter((id) => id.startsWith("new"))).toEqual([
      "new-0",
      "new-1",
      "new-2",
      "new-3",
    ]);
  });
});
