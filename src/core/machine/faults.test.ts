import { describe, expect, test } from "vitest";
import { fold, type Given, given } from "../../../test/given/run.ts";
import type { Digest } from "../id.ts";
import { REPEATS_MOST } from "./attempts/answer.ts";
import { decide } from "./decide.ts";
import { DECISION_EVENTS_MOST } from "./draft.ts";
import { entries } from "./tables/table.ts";

const AGENTS = { reader: "pure", keeper: "idempotent", sender: "ask" } as const;
const one = (agent: string, more = ""): Given =>
  given(`steps: [{ id: a, agent: ${agent}, retry: { jitter: false }, ${more} }]`, {
    agents: AGENTS,
  }).start();

const refused = {
  kind: "refused",
  error: { class: "transient", kind: "api_rate_limit", message: "Later." },
} as const;

const many = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, (_, at) => at));

describe("what a prototype got wrong stays right:", () => {
  test("fault 1: an attempt after a timeout is the same call, and is done once", () => {
    const run = one("keeper");
    const { key } = run.attempt("a");
    run.tell({ type: "expired", key });
    run.after(5_000);
    expect(run.owes("perform")).toMatchObject([{ call: key, attempt: 2 }]);
    expect(run.owes("perform")[0]?.key).not.toBe(key);
  });

  test("fault 1: an attempt after one that certainly did nothing is a new call", () => {
    const run = one("keeper");
    run.fails("a", "network_timeout", true);
    run.after(5_000);
    const [effect] = run.owes("perform");
    expect(effect?.call).toBe(effect?.key);
  });

  test("fault 2: a doubt outlives a refusal, and errors that mean that nothing was done this time", () => {
    const run = one("keeper", "error_strategy: retry_with_backoff");
    const { key } = run.attempt("a");
    run.fails("a", "network_timeout");
    run.after(5_000);
    run.answers("a", refused);
    run.after(10_000);
    run.fails("a", "agent_unavailable");
    expect(run.events("attempt.ended").map(({ doubt }) => doubt)).toEqual([true, true, true]);
    expect(run.events("attempt.started").map(({ call }) => call)).toEqual([key, key]);
    expect(run.exception("a").why).toBe("unknown");
  });

  test("fault 2: only the agent's own word that nothing was done under the call ends a doubt", () => {
    const run = one("keeper");
    run.fails("a", "network_timeout");
    run.after(5_000);
    run.fails("a", "its_own", true);
    run.after(10_000);
    const [effect] = run.owes("perform");
    expect(effect?.call).toBe(effect?.key);
  });

  test("fault 2: a repetition after a crash is doubt, for what writes", () => {
    for (const [agent, doubt] of [
      ["keeper", true],
      ["reader", false],
    ] as const) {
      const run = one(agent);
      run.crashes();
      expect(run.events("attempt.repeated")).toHaveLength(1);
      run.answers("a", refused);
      expect(run.events("attempt.ended")[0]?.doubt).toBe(doubt);
    }
  });

  test("fault 4: an `ask` that waited for its turn at the crash waits again, and is in no doubt", () => {
    const run = one("sender");
    expect(run.crashes()).toEqual([]);
    expect(run.owes("prepare")).toHaveLength(1);
    run.does("a");
    expect(run.status()).toBe("completed");
  });

  test("fault 4: an `ask` that had begun at the crash is unknown, and a person looks", () => {
    const run = one("sender");
    run.begins("a");
    run.crashes();
    expect(run.owes("perform")).toEqual([]);
    expect(run.exception("a").why).toBe("unknown");
  });

  test("fault 5: an answer that comes after its attempt was closed is settled with its price, also after the run's end", () => {
    const run = one("reader");
    const { key } = run.attempt("a");
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.status()).toBe("cancelled");
    const usage = { costMicros: 1_200, currency: "EUR" };
    run.tell({ type: "answer", key, outcome: { kind: "ok", output: { value: {} }, usage } });
    expect(run.events("attempt.settled")).toMatchObject([{ key, outcome: "ok", usage }]);
    expect(run.run().doubts.size).toBe(0);
  });

  test("fault 5: a repetition stands in the log, so that its price can be counted", () => {
    const run = one("keeper");
    run.crashes();
    run.crashes();
    expect(run.events("attempt.repeated").map(({ key }) => key)).toEqual([2, 2]);
  });

  test("fault 6: what was repeated too often ends unknown: no crash costs without end", () => {
    const run = one("keeper");
    for (let crash = 0; crash < REPEATS_MOST; crash++) run.crashes();
    expect(run.events("attempt.ended")).toEqual([]);
    run.crashes();
    expect(run.events("attempt.ended")).toMatchObject([{ outcome: "unknown", doubt: true }]);
  });

  test("fault 7: a decision that was not committed leaves no trace, and is made again as it was", () => {
    const run = given(`steps: [{ id: all, each: ${many(40)}, agent: keeper }]`, {
      agents: AGENTS,
    }).start();
    const before = run.run();
    const frozen = fold(before.workflow, run.log());
    const signal = {
      type: "answer",
      key: run.attempt("all[0]").key,
      outcome: { kind: "ok", output: { value: {} } },
      at: run.at(),
      by: "muster",
    } as const;
    const [first, second] = [decide(before, signal, run.facts), decide(before, signal, run.facts)];
    expect(first).toEqual(second);
    expect(before).toEqual(frozen);
  });

  test("fault 8: one decision gives a free place once, however many wait for it", () => {
    const run = given(
      `{ max_concurrency: 3, execution: parallel, steps: [{ id: x, each: ${many(9)}, agent: keeper }, { id: y, each: ${many(9)}, agent: keeper }] }`,
      { agents: AGENTS },
    ).start();
    expect(run.inFlight()).toHaveLength(3);
    run.does(run.inFlight()[0]!);
    expect(run.inFlight()).toHaveLength(3);
  });

  test("fault 12: what was allowed in one run is not allowed in another", () => {
    const digests = ["wf_first", "wf_second"].map((id) => {
      const run = given("steps: [{ id: pay, agent: sender, approve: true }]");
      const other = { ...run.run(), id: id as never };
      const start = {
        type: "start",
        definition: "sha256:0" as Digest,
        params: {},
        parent: null,
        at: 0,
        by: "ana",
      } as const;
      const decision = decide(other, start, run.facts);
      return "code" in decision
        ? ""
        : JSON.stringify(decision.events.map((event) => "gate" in event && event.gate?.digest));
    });
    expect(digests[0]).not.toBe(digests[1]);
  });

  test("fault 13: a decision in parts can be stood on at the end of each part, and goes on from there", () => {
    const text = `steps: [{ id: all, each: ${many(300)}, gate: May it be? }]`;
    const run = given(text, { proceeds: false }).start();
    expect(run.log().at(-1)).toMatchObject({ end: true });
    expect(run.log().at(-1)?.settled).toBeUndefined();
    const stood = fold(run.run().workflow, run.log());
    const decision = decide(stood, { type: "proceed", at: run.at(), by: "muster" }, run.facts);
    expect("code" in decision ? [] : decision.events.at(-1)).toMatchObject({
      end: true,
      settled: true,
    });
  });

  test("fault 16: an undo that is refused stays to be done, and halts with a person", () => {
    const run = given(
      `
      steps:
        - { id: a, agent: keeper, compensate: { agent: keeper }, retry: 2 }
        - { id: b, agent: keeper, compensate: { agent: keeper }, retry: 2 }
        - { id: c, agent: reader }
      `,
      { agents: AGENTS },
    ).start();
    run.does("a");
    run.does("b");
    run.tell({ type: "cancel", why: "", rollback: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      run.answers("!undo/1", refused);
      run.after(60_000);
    }
    expect(run.exception("!undo/1").why).toBe("undo");
    expect(run.ended("!undo/1")).toBeNull();
    run.tell({ type: "retry", key: run.exception("!undo/1").key });
    run.does("!undo/1");
    run.does("!undo/2");
    expect(run.status()).toBe("rolled back");
  });

  test("fault 18: what parallel items give is kept by path, whoever ends last", () => {
    const text = `
      steps:
        - id: all
          each: [a, b]
          steps:
            - { id: make, agent: keeper, inputs: { name: $item }, outputs: { id: string } }
            - { id: tell, agent: sender, inputs: { id: $make.id } }
    `;
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const run = given(text, { agents: AGENTS }).start();
      for (const at of order) run.does(`all[${at}]/make`, { id: `of ${at}` });
      expect([0, 1].map((at) => run.asked(`all[${at}]/tell`).inputs["id"])).toEqual([
        "of 0",
        "of 1",
      ]);
    }
  });

  test("M13 fault 19: an answer of the wrong shape is a failure of the attempt, and enters nothing", () => {
    const run = one("reader", "outputs: { rows: 'number[]' }");
    for (const value of [[1, 2], null, "text", 7, {}, { rows: "many" }, { rows: { "0": 1 } }]) {
      const next = one("reader", "outputs: { rows: 'number[]' }");
      next.answers("a", { kind: "ok", output: { value } });
      expect(next.run().error).toMatchObject({ kind: "invalid_output" });
      expect(next.run().outputs.size).toBe(0);
    }
    run.answers("a", { kind: "ok", output: { value: { rows: [1], more: true } } });
    expect(run.output("a")).toEqual({ rows: [1], more: true });
  });

  test("M12 fault 20: a decision has a limit, and what is left over is owed as `proceed`", () => {
    const run = given(`steps: [{ id: all, each: ${many(1_000)}, when: item < 0, agent: reader }]`, {
      agents: AGENTS,
      proceeds: false,
    }).start();
    expect(run.log().length).toBeLessThan(DECISION_EVENTS_MOST + 5);
    let decisions = 1;
    for (; run.owes("proceed").length > 0; decisions++) {
      expect(run.tell({ type: "proceed" }).length).toBeLessThan(DECISION_EVENTS_MOST + 5);
    }
    expect(decisions).toBe(6);
    expect([run.status(), run.events("step.skipped").length]).toEqual(["completed", 1_000]);
  });

  test("M12 fault 20: a cancel of much that is in flight is made in parts", () => {
    const run = given(`steps: [{ id: all, each: ${many(500)}, gate: May it be? }]`).start();
    expect([...entries(run.run().open)]).toHaveLength(500);
    const before = run.log().length;
    run.tell({ type: "cancel", why: "", rollback: false });
    const ends = run
      .log()
      .slice(before)
      .filter(({ end }) => end === true);
    expect(ends.length).toBeGreaterThan(4);
    expect(run.status()).toBe("cancelled");
  });

  test("M12 a `proceed` with nothing left to decide says so once, and changes nothing after", () => {
    const run = given("steps: [{ id: a, agent: reader }]", { agents: AGENTS }).start();
    expect(run.tell({ type: "proceed" })).toEqual([]);
  });
});
