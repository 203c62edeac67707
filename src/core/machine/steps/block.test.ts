import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";

const pure = { agents: { maker: "pure" } } as const;

const chain = (execution: string): Given =>
  given(
    `
    execution: ${execution}
    steps:
      - { id: a, agent: maker, outputs: { n: number } }
      - { id: b, agent: maker, inputs: { n: $a.n }, outputs: { m: number } }
      - { id: c, agent: maker, outputs: { k: number } }
      - { id: d, agent: maker, after: c, outputs: { l: number } }
    `,
    pure,
  ).start();

describe("a block", () => {
  test("that is sequential does its steps in the order they are written", () => {
    const run = chain("sequential");
    for (const path of ["a", "b", "c", "d"]) {
      expect(run.inFlight()).toEqual([path]);
      run.does(path, { n: 1, m: 1, k: 1, l: 1 });
    }
    expect(run.status()).toBe("completed");
  });

  for (const execution of ["parallel", "mixed"]) {
    test(`that is ${execution} does at once what waits for nothing, and the rest when its data is there`, () => {
      const run = chain(execution);
      expect(run.inFlight()).toEqual(["a", "c"]);
      run.does("c", { k: 3 });
      expect(run.inFlight()).toEqual(["a", "d"]);
      run.does("d", { l: 4 });
      run.does("a", { n: 1 });
      expect(run.asked("b").inputs).toEqual({ n: 1 });
      run.does("b", { m: 2 });
      expect(run.result()).toEqual({ n: 1, m: 2, k: 3, l: 4 });
    });
  }

  test("in a block is done as one step of it", () => {
    const run = given(
      `
      steps:
        - id: both
          execution: parallel
          steps: [{ id: a, agent: maker }, { id: b, agent: maker }]
        - { id: c, agent: maker }
      `,
      pure,
    ).start();
    expect(run.inFlight()).toEqual(["both/a", "both/b"]);
    run.does("both/b");
    expect(run.inFlight()).toEqual(["both/a"]);
    run.does("both/a");
    expect(run.inFlight()).toEqual(["c"]);
  });

  test("does nothing more once a step of it failed, and the run fails with that step's error", () => {
    const run = chain("sequential");
    run.fails("a", "invalid_input_data");
    expect(run.status()).toBe("failed");
    expect(run.run().error?.kind).toBe("invalid_input_data");
    expect(run.events("step.started")).toHaveLength(1);
  });

  test("that is parallel begins none of the steps that wait for a place once one has failed", () => {
    const run = given(
      `
      execution: parallel
      max_concurrency: 1
      steps: [{ id: a, agent: maker }, { id: b, agent: maker }]
      `,
      pure,
    ).start();
    run.fails("a", "invalid_input_data");
    expect(run.status()).toBe("failed");
    expect(run.events("step.started").map((event) => event.path)).toEqual(["a"]);
  });

  test("whose run failed shows how far it came", () => {
    const run = chain("sequential");
    run.does("a", { n: 1 });
    run.fails("b", "invalid_input_data");
    expect([run.status(), run.run().work]).toEqual(["failed", { done: 1, expected: 4 }]);
  });

  test("in which a step failed drops what only reads, and awaits what writes", () => {
    const run = given(
      `
      execution: parallel
      steps: [{ id: a, agent: maker }, { id: b, agent: sender }, { id: c, agent: maker }]
      `,
      pure,
    ).start();
    run.fails("a", "invalid_input_data");
    expect(run.ended("c")).toBe("cancelled");
    expect(run.owes("abort")).toEqual([]);
    expect(run.status()).toBe("running");
    run.does("b");
    expect([run.ended("b"), run.status()]).toEqual(["completed", "failed"]);
  });

  test("of which an optional step failed goes on without it, with the author's words", () => {
    const run = given(
      `
      steps:
        - { id: a, agent: maker, optional: true, impact: No figures., warning: The report is partial. }
        - { id: b, agent: maker, inputs: { figures: $a.figures } }
      `,
      pure,
    ).start();
    run.fails("a", "invalid_input_data");
    const [finished] = run.events("step.finished");
    expect(finished).toMatchObject({
      outcome: "degraded",
      impact: "No figures.",
      warning: "The report is partial.",
      error: { kind: "invalid_input_data" },
    });
    expect(run.asked("b").inputs).toEqual({});
    run.does("b");
    expect(run.events("run.finished")[0]).toMatchObject({ outcome: "completed", degraded: 1 });
  });

  test("that is optional is degraded as one, and the run goes on", () => {
    const run = given(
      `
      steps:
        - { id: part, optional: true, steps: [{ id: a, agent: maker }, { id: b, agent: maker }] }
        - { id: c, agent: maker }
      `,
      pure,
    ).start();
    run.fails("part/a", "invalid_input_data");
    expect(run.ended("part")).toBe("degraded");
    expect(run.inFlight()).toEqual(["c"]);
  });

  test("does not wait for a step that was skipped", () => {
    const run = given(
      `
      parameters: { size: 1 }
      steps:
        - { id: a, agent: maker, when: params.size > 10, outputs: { n: number } }
        - { id: b, agent: maker, when: a.n > 10 }
        - { id: c, agent: maker }
      `,
      pure,
    ).start({ size: 1 });
    expect([run.ended("a"), run.ended("b")]).toEqual(["skipped", "skipped"]);
    const [holds, told] = run.events("step.skipped").map(({ why }) => why);
    expect(holds).toBe("params.size > 10 does not hold");
    expect(told).toBe("a.n > 10 cannot be told: a.n is missing");
    expect(run.inFlight()).toEqual(["c"]);
  });

  test("that takes longer than its time limit is stopped and fails", () => {
    const run = given(
      `
      steps:
        - id: part
          timeout: 1h
          steps: [{ id: a, agent: maker }, { id: b, agent: maker }]
      `,
      pure,
    ).start();
    run.after(3_599_999);
    expect(run.status()).toBe("running");
    run.after(1);
    expect([run.ended("part/a"), run.ended("part"), run.status()]).toEqual([
      "cancelled",
      "failed",
      "failed",
    ]);
    expect(run.run().error?.message).toBe(
      '"part" took longer than its time limit of 1 h. If it needs more time, write a longer timeout on it.',
    );
  });

  test("that ended in time wakes nobody afterwards", () => {
    const run = given(
      `
      steps:
        - { id: part, timeout: 1h, steps: [{ id: a, agent: maker }] }
        - { id: b, agent: maker }
      `,
      pure,
    ).start();
    run.does("part/a");
    expect(run.owes("timer")).toEqual([]);
  });

  test("of phases follow one another, and the second does not begin when the first failed", () => {
    const run = given(
      `
      phases:
        - { name: One, execution: parallel, steps: [{ id: a, agent: maker }, { id: b, agent: maker }] }
        - { name: Two, steps: [{ id: c, agent: maker }] }
      `,
      pure,
    ).start();
    run.does("one/a");
    run.fails("one/b", "invalid_input_data");
    expect(run.status()).toBe("failed");
    expect(run.ended("two")).toBeNull();
  });
});
