import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPlaces, type Waiting, type Want } from "./places.ts";

type Holder = { readonly name: string; readonly wants: readonly Want[] };

function stage(inFlightMost = 100) {
  const performing: string[] = [];
  const places = openPlaces<Holder>(inFlightMost, (holder) => performing.push(holder.name));
  return {
    places,
    performing,
    ask: (name: string, ...wants: Want[]): Waiting<Holder> | null => {
      const waiting = places.take({ name, wants }, places.party(wants));
      if (waiting === null) performing.push(name);
      return waiting;
    },
    end: (...wants: Want[]) => {
      places.release(places.party(wants));
      places.landed(1);
    },
  };
}

const crm = (capacity: number): Want => ({ place: "crm", capacity });
const disk = (capacity: number): Want => ({ place: "disk", capacity });

describe("places", () => {
  test("no more hold a place at once than its capacity, and the next in line follows", () => {
    const { ask, end, performing } = stage();
    for (const name of ["a", "b", "c", "d"]) ask(name, crm(2));
    expect(performing).toEqual(["a", "b"]);
    end(crm(2));
    expect(performing).toEqual(["a", "b", "c"]);
  });

  test("of two capacities that are named for one place the least applies, as long as it is named", () => {
    const { ask, end, performing } = stage();
    ask("a", crm(5));
    ask("b", crm(1));
    ask("c", crm(5));
    expect(performing).toEqual(["a"]);
    end(crm(5));
    expect(performing).toEqual(["a", "b"]);
    end(crm(1));
    ask("d", crm(5));
    expect(performing).toEqual(["a", "b", "c", "d"]);
  });

  test("one that waits for two places holds neither", () => {
    const { ask, performing } = stage();
    ask("a", crm(1));
    ask("both", crm(1), disk(1));
    ask("b", disk(1));
    expect(performing).toEqual(["a", "b"]);
  });

  test("one that is overtaken again and again gets its places in the end", () => {
    const { ask, end, performing } = stage();
    ask("a", crm(1));
    ask("both", crm(1), disk(1));
    for (let n = 0; n < 40 && !performing.includes("both"); n += 1) {
      const waiting = ask(`d${n}`, disk(1));
      if (waiting === null) end(disk(1));
      else end(crm(1));
    }
    expect(performing).toContain("both");
  });

  test("M9 what is in flight in the process is bounded until it is on disk", () => {
    const { ask, places, performing } = stage(2);
    for (const name of ["a", "b", "c"]) ask(name);
    places.release(places.party([]));
    expect(performing).toEqual(["a", "b"]);
    places.landed(1);
    expect(performing).toEqual(["a", "b", "c"]);
  });

  test("one that waits for its share in the process can be forgotten, and its places are free again", () => {
    const { ask, places, performing } = stage(1);
    ask("a", disk(9));
    const placed = ask("b", crm(1));
    const next = ask("c", crm(1));
    if (placed === null || next === null) throw new Error("both must wait");
    expect(places.lacking(placed)).toEqual([]);
    expect(places.lacking(next)).toEqual(["crm"]);
    places.forget(placed);
    places.landed(1);
    expect(performing).toEqual(["a", "c"]);
  });

  test("whoever asks is granted, whatever the others hold, wait for, give back or forget", () => {
    const want = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(want, fc.nat(3)), { maxLength: 60 }),
        fc.nat(3),
        (asks, spare) => {
          const held: Holder[] = [];
          const granted = new Set<string>();
          const hold = (holder: Holder) => {
            held.push(holder);
            granted.add(holder.name);
            for (const { place } of holder.wants)
              expect(
                held.filter((h) => h.wants.some((w) => w.place === place)).length,
              ).toBeLessThanOrEqual(2);
          };
          const places = openPlaces<Holder>(spare + 1, hold);
          const forgotten = new Set<string>();
          const end = () => {
            const holder = held.shift();
            if (holder === undefined) return;
            places.release(places.party(holder.wants));
            places.landed(1);
          };
          asks.forEach(([names, action], n) => {
            const wants = names.toSorted().map((place) => ({ place, capacity: 2 }));
            const holder = { name: `${n}`, wants };
            const waiting = places.take(holder, places.party(wants));
            if (waiting === null) hold(holder);
            else if (action === 0) {
              places.forget(waiting);
              forgotten.add(holder.name);
            }
            if (action === 1) end();
          });
          while (held.length > 0) end();
          expect(granted.size + forgotten.size).toBe(asks.length);
          expect(places.inFlight()).toBe(0);
        },
      ),
    );
  });
});
