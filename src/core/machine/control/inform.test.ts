import { describe, expect, test } from "vitest";
import { given } from "../../../../test/given/run.ts";

const STEPS = `
  steps:
    - { id: a, agent: maker, inputs: { total: $case.total } }
    - { id: b, agent: maker, inputs: { total: $case.total } }
    - { id: c, agent: maker, when: $case.total > 5, inputs: { total: $case.total } }
`;
const known = (total: number): { type: "inform"; known: { value: { total: number } } } => ({
  type: "inform",
  known: { value: { total } },
});

describe("what a run knows of its case", () => {
  test("is read by the steps that begin after it was told; those that live keep what they began with", () => {
    const run = given(STEPS).start();
    expect(run.asked("a").inputs).toEqual({});
    run.tell(known(5));
    expect(run.asked("a").inputs).toEqual({});
    run.does("a");
    expect(run.asked("b").inputs).toEqual({ total: 5 });
    run.tell(known(7));
    run.crashes();
    expect(run.asked("b").inputs).toEqual({ total: 5 });
    run.does("b");
    expect(run.asked("c").inputs).toEqual({ total: 7 });
  });

  test("M2 told twice is there once; a run that has ended is told nothing", () => {
    const run = given(STEPS).start();
    run.tell(known(1));
    run.tell(known(1));
    expect(run.events("run.informed")).toHaveLength(1);
    run.does("a");
    run.does("b");
    expect(run.ended("c")).toBe("skipped");
    expect(run.status()).toBe("completed");
    run.tell(known(9));
    expect(run.events("run.informed")).toHaveLength(1);
  });

  test("is nothing in a run without a case: what reads it is not done, the stricter way", () => {
    const run = given(STEPS).start();
    run.does("a");
    run.does("b");
    expect(run.events("step.skipped")).toMatchObject([
      { path: "c", why: "$case.total > 5 cannot be told: case.total is missing" },
    ]);
  });

  test("M7 is told so often and no more, and a large one stands in the store", () => {
    const run = given(STEPS).start();
    for (let time = 0; time < 1_010; time += 1) run.tell(known(time));
    expect(run.events("run.informed")).toHaveLength(1_000);
    const large = given(STEPS).start();
    large.tell({ type: "inform", known: { value: { text: "x".repeat(100_000) } } });
    expect(large.events("run.informed")[0]?.known).toHaveProperty("digest");
  });
});
