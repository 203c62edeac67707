import { array, assert, constantFrom, nat, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyTable, entries, get, remove, set } from "./table.ts";

describe("a persistent table", () => {
  test("holds what a map would hold, whatever is set and removed", () => {
    const act = tuple(constantFrom("set", "remove"), nat(300), nat());
    assert(
      property(array(act, { maxLength: 400 }), (acts) => {
        const map = new Map<string, number>();
        let table = emptyTable<string, number>();
        for (const [verb, name, value] of acts) {
          const key = `item[${name}]`;
          if (verb === "set") map.set(key, value);
          else map.delete(key);
          table = verb === "set" ? set(table, key, value) : remove(table, key);
        }
        expect(table.size).toBe(map.size);
        for (let name = 0; name <= 300; name += 1)
          expect(get(table, `item[${name}]`)).toBe(map.get(`item[${name}]`));
        expect(new Map(entries(table))).toEqual(map);
      }),
    );
  });

  test("leaves every older table as it was, small or large", () => {
    const act = tuple(constantFrom("set", "set", "remove"), nat(60), nat());
    assert(
      property(array(act, { maxLength: 120 }), (acts) => {
        let table = emptyTable<number, number>();
        const versions: (readonly [typeof table, ReadonlyMap<number, number>])[] = [];
        for (const [verb, key, value] of acts) {
          versions.push([table, new Map(entries(table))]);
          table = verb === "set" ? set(table, key, value) : remove(table, key);
        }
        for (const [older, was] of versions) {
          expect(older.size).toBe(was.size);
          expect(new Map(entries(older))).toEqual(was);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("keeps keys whose hashes are equal apart, in the trie", () => {
    // FNV-1a gives the two words the same 32 bits; of a number only the lower 32 are looked at.
    for (const [one, two, three] of [
      ["costarring", "liquid", "other"],
      [5, 5 + 2 ** 32, 5 + 2 ** 33],
    ] as const) {
      let table = emptyTable<string | number, number>();
      for (let filler = 100; filler < 140; filler++) table = set(table, `filler ${filler}`, filler);
      const both = set(set(set(table, one, 1), two, 2), three, 3);
      expect([get(both, one), get(both, two), get(both, three), both.size]).toEqual([1, 2, 3, 43]);
      expect(get(set(both, two, 22), one)).toBe(1);
      expect(get(set(both, two, 22), two)).toBe(22);
      const left = remove(remove(both, two), three);
      expect([get(left, one), get(left, two), left.size]).toEqual([1, undefined, 41]);
      expect(remove(left, two)).toBe(left);
      expect(get(set(left, two, 7), two)).toBe(7);
    }
  });

  test("takes a small number of entries back into a list", () => {
    let table = emptyTable<number, number>();
    for (let key = 0; key < 100; key++) table = set(table, key, key);
    for (let key = 0; key < 97; key++) table = remove(table, key);
    expect(table.root).toHaveLength(6);
    expect(new Set(entries(table))).toEqual(
      new Set([
        [97, 97],
        [98, 98],
        [99, 99],
      ]),
    );
  });
});
