import { describe, expect, test } from "vitest";
import { given } from "../../../../test/given/run.ts";

describe("a limit on attempts in flight", () => {
  const beside = (step: string) =>
    given(`
      execution: parallel
      max_concurrency: 1
      steps:
        - { id: load, agent: loader }
        - { id: may, gate: May it be? }
        - ${step}
    `).start();

  test("holds for the branch of a choose", () => {
    const run = beside(
      '{ id: way, after: may, choose: [{ id: fast, when: "true", agent: sorter }] }',
    );
    run.vote("may", "ana");
    expect(run.inFlight()).toEqual(["load"]);
    run.does("load");
    expect(run.inFlight()).toEqual(["way/fast"]);
    run.does("way/fast");
    expect(run.status()).toBe("completed");
  });

  test("holds for every round of a repeat", () => {
    const run = beside(
      '{ id: ask, after: may, agent: asker, outputs: { n: number }, repeat: { until: "outputs.n > 1", at_most: 3 } }',
    );
    run.vote("may", "ana");
    expect(run.inFlight()).toEqual(["load"]);
    run.does("load");
    for (const n of [1, 2]) {
      expect(run.inFlight()).toEqual([`ask{${n}}`]);
      run.does(`ask{${n}}`, { n });
    }
    expect(run.status()).toBe("completed");
  });
});

describe("a paused run that is cancelled", () => {
  test("is paused no longer, so that what was done is undone", () => {
    const run = given(`
      steps:
        - { id: book, agent: booker, compensate: { agent: canceller } }
        - { id: pay, agent: payer }
    `).start();
    run.does("book");
    run.tell({ type: "pause", why: "somebody looks" });
    run.tell({ type: "cancel", why: "not wanted", rollback: true });
    run.answers("pay", {
      kind: "unknown",
      error: { class: "transient", kind: "crashed", message: "" },
    });
    run.tell({ type: "skip", key: run.exception("pay").key, why: "it was not paid" });
    run.does("!undo/1");
    expect(run.status()).toBe("rolled back");
  });
});
