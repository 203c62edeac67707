import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../test/given/run.ts";
import type { Answer, Told } from "./signal.ts";

const ONE = `
  steps:
    - { id: send, agent: mailer, retry: { jitter: false } }
`;

const GATE = (onTimeout: string) => `
  steps:
    - { id: may, gate: { ask: May it be?, due: 1h, on_timeout: ${onTimeout} } }
`;

const ANSWERS: readonly Answer[] = [
  { kind: "ok", output: { value: {} } },
  { kind: "failed", error: failed("network_timeout"), certain: false },
  { kind: "failed", error: failed("timeout"), certain: false },
  { kind: "failed", error: failed("lost"), certain: true },
  { kind: "failed", error: failed("invalid_input_data"), certain: true },
  { kind: "refused", error: failed("api_rate_limit") },
  { kind: "unknown", error: failed("network_timeout") },
];

function failed(kind: string) {
  return { class: "transient", kind, message: "It failed." } as const;
}

/** How many events there are when it is told, told again at once, and again after all that followed. */
function heard(run: Given, told: Told): readonly number[] {
  const first = run.tell(told).length;
  const again = run.tell(told).length;
  run.after(3_600_000);
  return [Math.min(first, 1), again, run.tell(told).length];
}

const ONCE = [1, 0, 0];

/** How many events there are when it is told too soon, when it is due, and again. */
function fired(run: Given, key: number): readonly number[] {
  const soon = run.tell({ type: "fired", key }).length;
  const due = run.after(3_600_000).length;
  return [soon, Math.min(due, 1), run.tell({ type: "fired", key }).length];
}

const WHEN_DUE = [0, 1, 0];

describe("a signal told twice", () => {
  for (const effects of ["pure", "idempotent", "ask"] as const) {
    for (const outcome of ANSWERS) {
      const what = outcome.kind === "failed" ? `failed, ${outcome.error.kind}` : outcome.kind;
      test(`M2 an answer (${what}) to an attempt that is ${effects} is heard once`, () => {
        const run = given(ONE, { agents: { mailer: effects } }).start();
        if (effects === "ask") run.begins("send");
        expect(heard(run, { type: "answer", key: run.attempt("send").key, outcome })).toEqual(ONCE);
      });
    }
  }

  test("M2 an answer to an attempt that was told to stop is heard once", () => {
    const run = given(ONE).start();
    const { key } = run.attempt("send");
    run.tell({ type: "cancel", why: "enough", rollback: false });
    const outcome = { kind: "failed", error: failed("network_timeout"), certain: true } as const;
    expect(heard(run, { type: "answer", key, outcome })).toEqual(ONCE);
  });

  test("M2 an attempt begins once, and runs out of time once", () => {
    const run = given(ONE, { agents: { mailer: "ask" } }).start();
    const { key } = run.attempt("send");
    expect(heard(run, { type: "begin", key })).toEqual(ONCE);
    expect(heard(run, { type: "expired", key })).toEqual(ONCE);
  });

  test("M2 a timer fires once, when it is due", () => {
    const run = given(ONE, { agents: { mailer: "pure" } }).start();
    run.fails("send", "network_timeout");
    const [timer] = run.owes("timer");
    expect(fired(run, timer!.key)).toEqual(WHEN_DUE);
  });

  for (const onTimeout of ["reject", "escalate"]) {
    test(`M2 the deadline of a gate passes once, when it is due (${onTimeout})`, () => {
      const run = given(GATE(onTimeout)).start();
      const { key } = run.gate("may");
      expect(fired(run, key)).toEqual(WHEN_DUE);
    });
  }

  test("M2 an event arrives once, also where no time was set for it", () => {
    const run = given("steps: [{ id: paid, wait: { event: payment } }]").start();
    const { key } = run.listen("paid");
    expect(run.tell({ type: "fired", key })).toEqual([]);
    expect(heard(run, { type: "arrived", key, payload: { amount: 3 }, source: "bank" })).toEqual(
      ONCE,
    );
  });

  test("M2 a vote counts once, and says so", () => {
    const run = given("steps: [{ id: may, gate: { ask: May it be?, need: 2 } }]").start();
    const { key, digest } = run.gate("may");
    run.vote("may", "ana");
    const vote = { type: "vote", key, digest, allow: true, reason: "" } as Told;
    expect(run.refused(vote, "ana").code).toBe("conflict");
    expect(run.gate("may").votes).toBe(1);
  });

  test("M2 a run is started, paused, resumed and cancelled once", () => {
    const run = given(ONE).start();
    const start = {
      type: "start",
      definition: run.run().workflow.digest,
      params: {},
      parent: null,
    } as const;
    expect(run.tell(start)).toEqual([]);
    for (const told of [{ type: "pause", why: "" }, { type: "resume" }] as const) {
      expect(run.tell(told).length).toBeGreaterThan(0);
      expect(run.tell(told)).toEqual([]);
    }
    expect(run.tell({ type: "cancel", why: "", rollback: true }).length).toBeGreaterThan(0);
    expect(run.tell({ type: "cancel", why: "", rollback: true })).toEqual([]);
  });

  test("M2 a way out of an exception is taken once, and says so", () => {
    const run = given(ONE, { agents: { mailer: "pure" } }).start();
    run.fails("send", "security_violation");
    const { key } = run.exception("send");
    run.tell({ type: "skip", key, why: "seen to" });
    expect(run.refused({ type: "skip", key, why: "seen to" }).code).toBe("conflict");
    expect(run.status()).toBe("completed");
  });

  test("M2 the parent is told the end of a run once", () => {
    const run = given(ONE);
    const parent = { run: "wf_parent", key: 7 } as never;
    run.tell({ type: "start", definition: run.run().workflow.digest, params: {}, parent });
    run.does("send");
    const [report] = run.owes("report");
    expect(
      heard(run, {
        type: "answer",
        key: report!.key,
        outcome: { kind: "ok", output: { value: {} } },
      }),
    ).toEqual(ONCE);
    expect(run.owes("report")).toEqual([]);
  });
});
