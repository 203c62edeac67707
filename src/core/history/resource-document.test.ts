import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../test/given/run.ts";
import { type Amounts, minus, plus } from "../amounts.ts";
import type { JsonObject } from "../json.ts";
import type { Answer, Usage } from "../machine/index.ts";
import { emptyHistory, type Known, readEvent, resourceDocument, tokensBudgetOf } from "./index.ts";
import { heldIn } from "./use.ts";

const MINUTE = 60_000;
const gave = (usage: Usage): Answer => ({ kind: "ok", output: { value: {} }, usage });
const failed = (kind: string, usage?: Usage): Answer => ({
  kind: "failed",
  error: { class: "transient", kind, message: "It failed." },
  ...(usage === undefined ? {} : { usage }),
});
const historyOf = (run: Given) => run.log().reduce(readEvent, emptyHistory(run.run().workflow));
const documentOf = (run: Given, known: Partial<Known> = {}): JsonObject =>
  resourceDocument(historyOf(run), { now: run.at(), ...known });

const THREE = `
  resource_config:
    token_budget: { total: 160000, per_step_max: 30000 }
    money_budget: { total: USD 5.00 }
    api_limits: { max_calls: 1000 }
  steps:
    - { id: 1, name: One, agent: writer }
    - { id: 2, name: Two, agent: writer }
    - { id: last, agent: writer, retry: 2 }
`;
const begun = (text = THREE) => given(text, { agents: { writer: "pure" } }).start();

describe("Resource Tracking", () => {
  test("Token budget tracking per step: budget, used, remaining and per_step are read off the log", () => {
    const run = begun();
    run.answers("1", gave({ tokens: 12_000, calls: 20 }));
    run.answers("2", gave({ tokens: 18_000, calls: 26 }));
    expect(documentOf(run)).toMatchObject({
      tokens: {
        budget: 160_000,
        used: 30_000,
        reserved: 30_000,
        remaining: 100_000,
        per_step: { step_1: 12_000, step_2: 18_000 },
      },
      api_calls: { made: 46, limit: 1_000, rate_limited: false },
    });
    run.answers("last", gave({ tokens: 15_000 }));
    expect(documentOf(run)).toMatchObject({
      tokens: { used: 45_000, remaining: 115_000, per_step: { last: 15_000 } },
      api_calls: { made: 47 },
    });
  });

  test("Cost estimation and tracking: money stands in its own currency, by step, and is never added up", () => {
    const run = begun();
    run.answers("1", gave({ costMicros: 1_250_000, currency: "USD" }));
    run.answers("2", gave({ costMicros: 500_000, currency: "EUR" }));
    expect(documentOf(run)["money"]).toEqual({
      EUR: {
        budget: null,
        used: "EUR 0.50",
        reserved: "EUR 0.00",
        remaining: null,
        per_step: { step_2: "EUR 0.50" },
      },
      USD: {
        budget: "USD 5.00",
        used: "USD 1.25",
        reserved: "USD 0.00",
        remaining: "USD 3.75",
        per_step: { step_1: "USD 1.25" },
      },
    });
  });

  test("API rate limit awareness: a step that waits because of it is told of, and so is what a governor knows", () => {
    const run = begun();
    expect(documentOf(run)["api_calls"]).toMatchObject({ rate_limited: false });
    run.answers("1", failed("api_rate_limit"));
    expect(documentOf(run)["api_calls"]).toMatchObject({ rate_limited: true });
    run.after(MINUTE);
    expect(documentOf(run)["api_calls"]).toMatchObject({ rate_limited: false });
    expect(documentOf(run, { isRateLimited: true })["api_calls"]).toMatchObject({
      rate_limited: true,
    });
  });

  test("duration: estimated, elapsed and remaining, from past runs where there are some, else from this one", () => {
    const run = begun();
    expect(documentOf(run)["duration"]).toMatchObject({ estimated: null, remaining: null });
    run.after(8 * MINUTE);
    expect(documentOf(run, { estimatedMs: 20 * MINUTE })["duration"]).toEqual({
      estimated: "20 min",
      elapsed: "8 min",
      remaining: "12 min",
    });
    run.does("1");
    expect(documentOf(run)["duration"]).toEqual({
      estimated: "24 min",
      elapsed: "8 min",
      remaining: "16 min",
    });
    run.does("2");
    run.does("last");
    expect(documentOf(run, { now: run.at() + MINUTE })["duration"]).toMatchObject({
      elapsed: "8 min",
      remaining: "0 ms",
    });
  });

  test("without a budget what was used is told all the same, and nothing is left of nothing", () => {
    const run = begun("steps: [{ id: a, agent: writer, retry: 2 }]");
    run.answers("a", failed("network_timeout", { tokens: 5 }));
    run.after(MINUTE);
    run.answers("a", gave({ tokens: 7 }));
    expect(documentOf(run)).toMatchObject({
      tokens: { budget: null, used: 12, reserved: 0, remaining: null, per_step: { a: 12 } },
      api_calls: { made: 2, limit: null },
    });
    expect(documentOf(run)).not.toHaveProperty("money");
  });

  test("a budget that was raised is the one that counts", () => {
    const run = begun();
    run.tell({ type: "raise", amounts: { tokens: 40_000 }, why: "" });
    expect(tokensBudgetOf(historyOf(run))).toBe(200_000);
    expect(documentOf(run)).toMatchObject({ tokens: { budget: 200_000 } });
  });

  test("what it says is what the machine counts, through doubts, repeats and late answers", () => {
    const run = given(THREE, { agents: { writer: "idempotent" } }).start();
    const agrees = (): void => {
      const { use } = historyOf(run);
      const ledger = run.run().ledger;
      const machine = plus(ledger?.reserved ?? {}, ledger?.unknown ?? {});
      expect(minus(heldIn(use), machine)).toEqual({});
      expect(differences(use.spent, ledger?.spent ?? {})).toEqual({});
    };
    const { key } = run.attempt("1");
    run.crashes();
    agrees();
    run.tell({ type: "expired", key });
    agrees();
    run.after(MINUTE);
    run.tell({ type: "answer", key, outcome: gave({ tokens: 9 }) });
    agrees();
    run.answers("1", failed("crashed"));
    run.after(MINUTE);
    agrees();
    run.answers("1", gave({ tokens: 4, calls: 3 }));
    agrees();
  });
});

function differences(one: Amounts, other: Amounts): Amounts {
  return minus(one, other);
}
