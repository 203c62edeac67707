import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../test/given/run.ts";
import { workflow } from "../../../test/given/workflow.ts";
import type { Path } from "./event.ts";
import { evolve } from "./evolve.ts";
import { absent } from "./run.ts";
import { freeze, thaw } from "./snapshot.ts";

const TWICE = `
  execution: sequential
  steps:
    - { id: first, wait: { event: payment, key: A1 }, outputs: { amount: integer } }
    - { id: second, wait: { event: payment, key: A1 } }
`;

function comes(run: Given, path: Path, position: number) {
  const { key } = run.listen(path);
  return run.tell({ type: "arrived", key, payload: { amount: 3 }, source: "bank", position });
}

describe("a run that waits for an event", () => {
  test("takes one, and the next wait for the same event and key listens behind it", () => {
    const run = given(TWICE).start();
    expect(run.owes("listen")).toMatchObject([{ event: "payment", match: "A1", after: 0 }]);
    comes(run, "first", 7);
    expect(run.events("listen.ended")).toMatchObject([{ position: 7, source: "bank" }]);
    expect(run.owes("listen")).toMatchObject([{ after: 7 }]);
    expect(comes(run, "second", 7)).toEqual([]);
    comes(run, "second", 8);
    expect(run.status()).toBe("completed");
  });

  test("listens for another key, or another event, from the beginning", () => {
    const run = given(`
      execution: sequential
      steps:
        - { id: first, wait: { event: payment, key: A1 } }
        - { id: other, wait: { event: payment, key: B2 } }
        - { id: sent, wait: { event: parcel, key: A1 } }
        - { id: any, wait: { event: payment } }
    `).start();
    comes(run, "first", 7);
    expect(run.owes("listen")).toMatchObject([{ match: "B2", after: 0 }]);
    comes(run, "other", 3);
    expect(run.owes("listen")).toMatchObject([{ event: "parcel", after: 0 }]);
    comes(run, "sent", 4);
    expect(run.owes("listen")).toMatchObject([{ match: "", after: 0 }]);
  });

  test("takes it in each wait that is open", () => {
    const run = given(`
      execution: parallel
      steps:
        - { id: one, wait: { event: payment } }
        - { id: two, wait: { event: payment } }
    `).start();
    comes(run, "one", 7);
    expect(run.owes("listen")).toMatchObject([{ after: 0 }]);
    comes(run, "two", 7);
    expect(run.status()).toBe("completed");
  });

  test("in a repeat takes one each round", () => {
    const run = given(`
      steps:
        - id: ask
          repeat: { until: outputs.done, at_most: 5 }
          wait: { event: reply }
          outputs: { done: boolean }
    `).start();
    for (const position of [2, 5]) {
      const [listen] = run.owes("listen");
      const told = { type: "arrived", payload: { done: position === 5 }, source: "mail" } as const;
      run.tell({ ...told, key: listen?.key ?? 0, position });
    }
    expect(run.events("listen.ended").map(({ position }) => position)).toEqual([2, 5]);
    expect(run.status()).toBe("completed");
  });

  test("M13 refuses what is not what it waits for, says so, and listens behind it", () => {
    const run = given(TWICE).start();
    const { key } = run.listen("first");
    run.tell({ type: "arrived", key, payload: { amount: "much" }, source: "bank", position: 7 });
    const [refused] = run.events("listen.refused");
    expect(refused).toMatchObject({ path: "first", position: 7 });
    expect(refused?.why).toMatch(/"payment" is not what "first" waits for\. .*amount/);
    expect(run.owes("listen")).toMatchObject([{ after: 7 }]);
    expect(comes(run, "first", 7)).toEqual([]);
    comes(run, "first", 9);
    expect(run.ended("first")).toBe("completed");
  });

  test("is refused what is told to it alone, and nothing happens", () => {
    const run = given(TWICE).start();
    const { key } = run.listen("first");
    const told = { type: "arrived", key, payload: {}, source: "bank" } as const;
    expect(run.refused(told)).toMatchObject({ code: "bad-input" });
    expect(run.events("listen.refused")).toEqual([]);
  });

  for (const [what, key] of [
    ["is missing", "$params.order"],
    ["is empty", '""'],
  ] as const)
    test(`fails where the key ${what}: it would take somebody else's event`, () => {
      const run = given(`
        parameters: { order: { type: string } }
        steps: [{ id: paid, wait: { event: payment, key: ${key} } }]
      `).start();
      expect(run.ended("paid")).toBe("failed");
      const [finished] = run.events("step.finished");
      expect(finished?.error).toMatchObject({ kind: "invalid_input_data" });
      expect(finished?.error?.message).toMatch(/"key" of "paid" cannot be told: .*every "payment"/);
      expect(run.owes("listen")).toEqual([]);
    });

  test("M4 knows what it took after its log is folded again, and from a snapshot", () => {
    const run = given(TWICE).start();
    comes(run, "first", 7);
    const folded = run.log().reduce(evolve, absent(run.run().id, workflow(TWICE)));
    expect(freeze(folded, never)).toBe(freeze(run.run(), never));
    const thawed = thaw(freeze(run.run(), never), run.run(), never);
    expect(thawed?.taken).toEqual(run.run().taken);
    expect(run.run().taken.size).toBe(1);
  });
});

function never(): never {
  throw new Error("There is no page.");
}
