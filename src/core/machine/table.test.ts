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

  test("leaves the older table as it was", () => {
    const older = set(emptyTable<string, number>(), "a", 1);
    const newer = set(remove(older, "a"), "b", 2);
    expect([get(older, "a"), get(older, "b")]).toEqual([1, undefined]);
    expect([get(newer, "a"), get(newer, "b")]).toEqual([undefined, 2]);
  });

  test("keeps two keys whose hashes are equal apart", () => {
    // FNV-1a gives these two words the same 32 bits.
    const table = set(set(emptyTable<string, number>(), "costarring", 1), "liquid", 2);
    expect([get(table, "costarring"), get(table, "liquid"), table.size]).toEqual([1, 2, 2]);
    expect(get(remove(table, "liquid"), "costarring")).toBe(1);
  });
});
