import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";
import type { Run } from "../run.ts";

const AGENTS = { maker: "pure" } as const;
const many = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, (_, at) => at));

const halfway = (count: number): Given => {
  const run = given(`steps: [{ id: all, each: ${many(count)}, agent: maker }]`, {
    agents: AGENTS,
  }).start();
  for (let item = 0; item < count / 2; item++) run.does(`all[${item}]`, { n: item });
  return run;
};

/** All objects that a run consists of; the definition is the same for all its versions. */
function objectsOf(run: Run): Set<object> {
  const seen = new Set<object>([run.workflow]);
  const left: unknown[] = [run];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one !== "object" || one === null || seen.has(one)) continue;
    seen.add(one);
    left.push(...Object.values(one));
  }
  return seen;
}

/** How many objects of the run after one more answer are not those of the run before. */
function madeByOneAnswer(count: number): number {
  const run = halfway(count);
  const before = objectsOf(run.run());
  run.does(run.inFlight()[0]!, { n: 1 });
  return [...objectsOf(run.run())].filter((one) => !before.has(one)).length;
}

describe("a signal", () => {
  test("M6 makes as little anew in a run of ten thousand items as in one of a hundred", () => {
    const [small, large] = [madeByOneAnswer(100), madeByOneAnswer(10_000)];
    expect(small).toBeLessThan(120);
    expect(large).toBeLessThan(small * 1.5);
  });
});

describe("a finished step", () => {
  test("M6 leaves the live state: only what is in flight and what holds it stays", () => {
    for (const count of [20, 2_000]) {
      const run = halfway(count).run();
      expect(run.frames.size).toBe(7);
      expect(run.open.size).toBe(5);
      expect(run.outputs.size).toBe(0);
    }
  });
});
