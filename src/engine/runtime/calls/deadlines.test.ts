import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Deadline, openDeadlines } from "./deadlines.ts";

test("deadlines come soonest first, without those that were taken out", () => {
  const entry = fc.record({ due: fc.nat(100), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const deadlines = openDeadlines<Deadline & { leaves: boolean }>();
      const items = entries.map((each) => ({ ...each, slot: -1 }));
      for (const item of items) deadlines.add(item);
      for (const item of items) if (item.leaves) deadlines.remove(item);
      const stay = items.filter((item) => !item.leaves).map((item) => item.due);
      const sorted = stay.toSorted((a, b) => a - b);
      expect(deadlines.next()).toBe(sorted[0] ?? null);
      const came: number[] = [];
      for (let item = deadlines.due(50); item !== null; item = deadlines.due(50))
        came.push(item.due);
      expect(came).toEqual(sorted.filter((due) => due <= 50));
    }),
  );
});
