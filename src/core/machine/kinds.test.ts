import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../test/given/run.ts";

const AGENTS = { agents: { maker: "pure" } } as const;

describe("a choose", () => {
  const choose = (size: number | null): Given => {
    const text = `
      parameters: { size: 1 }
      steps:
        - id: way
          choose:
            - { id: small, when: params.size < 10, agent: maker, outputs: { price: number } }
            - { id: large, when: params.size < 100, agent: maker, outputs: { price: number } }
          otherwise: { id: none, agent: maker, outputs: { price: number } }
        - { id: bill, agent: maker, inputs: { price: $way.price } }
    `;
    return given(text, AGENTS).start(size === null ? {} : { size });
  };

  test("does the first branch that holds, and gives what it gives", () => {
    const run = choose(20);
    expect(run.inFlight()).toEqual(["way/large"]);
    run.does("way/large", { price: 3 });
    expect(run.output("way")).toEqual({ price: 3 });
    expect(run.asked("bill").inputs).toEqual({ price: 3 });
  });

  test("takes the first of two that hold", () => {
    expect(choose(2).inFlight()).toEqual(["way/small"]);
  });

  test("does what stands under otherwise where no branch holds, or can be told to", () => {
    expect(choose(500).inFlight()).toEqual(["way/none"]);
    expect(choose(null).inFlight()).toEqual(["way/none"]);
  });

  test("does nothing where no branch holds and there is no otherwise", () => {
    const run = given(`
      steps:
        - { id: way, choose: [{ id: a, when: "false", agent: maker, outputs: { n: number } }] }
        - { id: b, agent: maker, inputs: { n: $way.n } }
    `).start();
    expect(run.ended("way")).toBe("completed");
    expect(run.asked("b").inputs).toEqual({});
  });

  test("fails as its branch failed", () => {
    const run = choose(2);
    run.fails("way/small", "invalid_input_data");
    expect([run.ended("way"), run.status()]).toEqual(["failed", "failed"]);
    expect(run.run().error?.kind).toBe("invalid_input_data");
  });
});

describe("a wait", () => {
  test("of a time ends when it has passed", () => {
    const run = given(
      "steps: [{ id: rest, wait: 2 hours }, { id: a, agent: maker }]",
      AGENTS,
    ).start();
    expect(run.status()).toBe("waiting");
    run.after(7_199_999);
    expect(run.ended("rest")).toBeNull();
    run.after(1);
    expect(run.inFlight()).toEqual(["a"]);
  });

  test("of a time that an expression gives takes durations as people write them, and refuses what is none", () => {
    const rest = (time: string | number): Given =>
      given("{ parameters: { rest: 1h }, steps: [{ id: rest, wait: $params.rest }] }").start({
        rest: time,
      });
    for (const [time, ms] of [
      ["90s", 90_000],
      ["2 hours", 7_200_000],
      [5, 5_000],
    ] as const) {
      const run = rest(time);
      expect(run.owes("timer").map(({ due }) => due - run.at())).toEqual([ms]);
    }
    for (const time of ["soon", -1, "100 years"]) expect(rest(time).status()).toBe("failed");
  });

  const PAID = `
    parameters: { order: o-1 }
    steps:
      - { id: paid, wait: { event: payment, key: $params.order, timeout: 1h }, outputs: { amount: number } }
      - { id: thank, agent: maker, inputs: { amount: $paid.amount } }
  `;
  const paid = (): Given => given(PAID, AGENTS).start({ order: "o-7" });

  test("for an event names it and its key", () => {
    expect(paid().owes("listen")).toMatchObject([{ event: "payment", match: "o-7" }]);
  });

  test("for an event gives what came with it, converted to what the file says", () => {
    const run = paid();
    run.tell({
      type: "arrived",
      key: run.listen("paid").key,
      payload: { amount: "12.5" },
      source: "bank",
    });
    expect(run.asked("thank").inputs).toEqual({ amount: 12.5 });
    expect(run.events("listen.ended")).toMatchObject([{ source: "bank" }]);
    expect(run.owes("timer")).toEqual([]);
  });

  test("M13 for an event does not end with one that is not what the file says", () => {
    const run = paid();
    const { key } = run.listen("paid");
    const problem = run.refused({
      type: "arrived",
      key,
      payload: { amount: "much" },
      source: "bank",
    });
    expect(problem.code).toBe("bad-input");
    expect(problem.message).toContain('The event "payment" is not what "paid" waits for.');
    expect(run.status()).toBe("waiting");
  });

  test("for an event that does not come in time fails", () => {
    const run = paid();
    run.after(3_600_000);
    expect(run.run().error?.message).toBe('No event "payment" came for "paid" in time.');
  });
});

describe("a repeat", () => {
  const TEXT = `
    steps:
      - id: improve
        repeat: { until: outputs.good, at_most: 3 }
        agent: maker
        inputs: { round: $round }
        outputs: { good: boolean, text: string }
      - { id: publish, agent: maker, inputs: { text: $improve.text } }
  `;
  const improve = (): Given => given(TEXT, AGENTS).start();

  test("does its step again until its condition holds, and gives what the last round gave", () => {
    const run = improve();
    run.does("improve{1}", { good: false, text: "one" });
    expect(run.asked("improve{2}").inputs).toEqual({ round: 2 });
    run.does("improve{2}", { good: true, text: "two" });
    expect(run.asked("publish").inputs).toEqual({ text: "two" });
  });

  test("M7 fails after as many rounds as it may have, and keeps what the last one gave", () => {
    const run = improve();
    for (const round of [1, 2, 3]) run.does(`improve{${round}}`, { good: false, text: `${round}` });
    expect(run.run().error).toMatchObject({
      kind: "rounds_exhausted",
      message: "outputs.good did not hold after 3 rounds, the most that are allowed.",
    });
    expect(run.output("improve")).toEqual({ good: false, text: "3" });
  });

  test("ends as a round that failed", () => {
    const run = improve();
    run.fails("improve{1}", "invalid_input_data");
    expect(run.status()).toBe("failed");
  });

  test("M6 keeps of its rounds what the last one gave, and no more", () => {
    const run = improve();
    run.does("improve{1}", { good: false, text: "one" });
    run.does("improve{2}", { good: true, text: "two" });
    expect(run.run().outputs.size).toBe(1);
  });

  test("of several steps asks its condition of what they gave together", () => {
    const run = given(
      `
      steps:
        - id: improve
          repeat: { until: outputs.good && round > 1, at_most: 5 }
          steps:
            - { id: write, agent: maker, outputs: { text: string } }
            - { id: judge, agent: maker, inputs: { text: $write.text }, outputs: { good: boolean } }
      `,
      AGENTS,
    ).start();
    for (const round of [1, 2]) {
      run.does(`improve{${round}}/write`, { text: `text ${round}` });
      expect(run.asked(`improve{${round}}/judge`).inputs).toEqual({ text: `text ${round}` });
      run.does(`improve{${round}}/judge`, { good: true });
    }
    expect(run.result()).toEqual({ text: "text 2", good: true });
  });
});

describe("a rollback", () => {
  const TEXT = `
    steps:
      - { id: tenant, agent: maker, inputs: {}, outputs: { id: string }, compensate: { agent: remover, inputs: { id: $outputs.id } } }
      - { id: read, agent: maker }
      - id: all
        each: [a, b]
        agent: maker
        outputs: { mail: string }
        compensate: { agent: withdrawer, inputs: { mail: $outputs.mail } }
      - { id: last, agent: maker, compensate: { agent: remover } }
  `;

  test("undoes what was done, newest first, one after another, with what each step gave", () => {
    const run = given(TEXT, AGENTS).start();
    run.does("tenant", { id: "t-1" });
    run.does("read");
    run.does("all[1]", { mail: "m-b" });
    run.does("all[0]", { mail: "m-a" });
    run.tell({ type: "cancel", why: "", rollback: true });
    const undone: unknown[] = [];
    for (let number = 1; number <= 3; number++) {
      const path = `!undo/${number}`;
      expect(run.inFlight()).toEqual([path]);
      undone.push([run.owes("perform")[0]?.agent, run.asked(path).inputs]);
      run.does(path);
    }
    expect(undone).toEqual([
      ["withdrawer", { mail: "m-a" }],
      ["withdrawer", { mail: "m-b" }],
      ["remover", { id: "t-1" }],
    ]);
    expect(run.status()).toBe("rolled back");
  });

  test("of a run that did nothing is over at once", () => {
    const run = given(TEXT, AGENTS).start();
    run.tell({ type: "cancel", why: "", rollback: true });
    expect(run.status()).toBe("rolled back");
  });

  test("waits for a writer in flight, and undoes it where it was done after all", () => {
    const run = given(TEXT).start();
    run.tell({ type: "cancel", why: "", rollback: true });
    run.does("tenant", { id: "t-1" });
    expect(run.asked("!undo/1").inputs).toEqual({ id: "t-1" });
  });

  test("goes on after a person saw to what could not be undone", () => {
    const run = given(TEXT, AGENTS).start();
    run.does("tenant", { id: "t-1" });
    run.tell({ type: "cancel", why: "", rollback: true });
    run.fails("!undo/1", "invalid_input_data", true);
    expect(run.status()).toBe("waiting");
    expect(run.exception("!undo/1").look).toContain(
      "Undo it by hand and go on without, or try again.",
    );
    run.tell({ type: "skip", key: run.exception("!undo/1").key, why: "removed by hand" });
    expect(run.status()).toBe("rolled back");
  });

  test("is only of a run that is cancelled with it", () => {
    const run = given(TEXT, AGENTS).start();
    run.does("tenant", { id: "t-1" });
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.status()).toBe("cancelled");
  });
});
