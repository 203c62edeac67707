import { array, assert, integer, nat, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { at, emptyRow, pagesOf, places, put, rowFrom } from "./row.ts";

const length = integer({ min: 0, max: 2_500 });
const puts = array(tuple(nat(2_499), nat(9)), { maxLength: 60 });

describe("a persistent row", () => {
  test("holds what a list would hold, whatever is put in which order", () => {
    assert(
      property(length, puts, (size, acts) => {
        const list: (number | undefined)[] = Array.from({ length: size }, () => undefined);
        let row = emptyRow<number>(size);
        for (const [place, value] of acts.filter(([place]) => place < size)) {
          list[place] = value;
          row = put(row, place, value);
        }
        expect([...places(row)]).toEqual(list);
        for (let index = 0; index < size; index += 97) expect(at(row, index)).toBe(list[index]);
      }),
    );
  });

  test("leaves the older row as it was", () => {
    assert(
      property(puts, (acts) => {
        let row = emptyRow<number>(2_500);
        const versions: (readonly [typeof row, readonly (number | undefined)[]])[] = [];
        for (const [place, value] of acts) {
          versions.push([row, [...places(row)]]);
          row = put(row, place, value);
        }
        for (const [older, was] of versions) expect([...places(older)]).toEqual(was);
      }),
      { numRuns: 20 },
    );
  });

  test("copies for a change only the way to it: a full page stays the same object", () => {
    let row = emptyRow<number>(5_000);
    for (let place = 0; place < 4_000; place++) row = put(row, place, place);
    const before = new Set([...pagesOf(row)].map(({ node }) => node));
    const after = [...pagesOf(put(row, 4_500, 1))].filter(({ node }) => !before.has(node));
    expect(after).toHaveLength(1);
  });

  test("is made again from the values of its pages", () => {
    assert(
      property(length, puts, (size, acts) => {
        let row = emptyRow<number>(size);
        for (const [place, value] of acts) if (place < size) row = put(row, place, value);
        const values = [...pagesOf(row)].flatMap((page) => [...page.values()]);
        expect([...places(rowFrom(values))]).toEqual([...places(row)]);
      }),
      { numRuns: 50 },
    );
  });
});
