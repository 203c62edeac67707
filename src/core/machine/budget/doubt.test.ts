import { describe, expect, test } from "vitest";
import { begun, failed, gave, held, ledger } from "../../../../test/given/budget.ts";

describe("a doubt", () => {
  test("M11 keeps what was set aside, until a late answer says what was used", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 100 }, steps: [{ id: a, agent: writer, budget: { tokens: 30 } }] }",
    );
    const { key } = run.attempt("a");
    run.tell({ type: "expired", key });
    expect(held(ledger(run))).toEqual({ spent: {}, reserved: {}, unknown: { tokens: 30 } });
    run.after(60_000);
    expect(ledger(run).reserved).toEqual({ tokens: 30 });
    run.tell({ type: "answer", key, outcome: gave({ tokens: 22 }) });
    expect(held(ledger(run))).toEqual({
      spent: { tokens: 22, calls: 1 },
      reserved: { tokens: 30 },
      unknown: {},
    });
    run.tell({ type: "answer", key, outcome: gave({ tokens: 22 }) });
    expect(ledger(run).spent).toEqual({ tokens: 22, calls: 1 });
  });

  test("M11 a late answer counts when the run has ended, too", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 100 }, steps: [{ id: a, agent: reader, budget: { tokens: 30 } }] }",
      { agents: { reader: "pure" } },
    );
    const { key } = run.attempt("a");
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.status()).toBe("cancelled");
    run.tell({ type: "answer", key, outcome: gave({ tokens: 8 }) });
    expect(held(ledger(run))).toEqual({
      spent: { tokens: 8, calls: 1 },
      reserved: {},
      unknown: {},
    });
  });

  test("M11 a repeat after a crash sets aside again: what the first time used nobody knows", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 100 }, steps: [{ id: a, agent: writer, budget: { tokens: 30 } }] }",
    );
    run.crashes();
    expect(run.events("attempt.repeated")[0]).toMatchObject({
      reserve: { tokens: 30 },
      spare: true,
    });
    expect(held(ledger(run))).toEqual({
      spent: {},
      reserved: { tokens: 30 },
      unknown: { tokens: 30 },
    });
    run.answers("a", gave({ tokens: 20 }));
    expect(held(ledger(run))).toEqual({
      spent: { tokens: 20, calls: 1 },
      reserved: {},
      unknown: { tokens: 30 },
    });
  });

  test("M11 a repeat that does not fit ends unknown", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 50 }, steps: [{ id: a, agent: writer, budget: { tokens: 30 } }] }",
    );
    run.crashes();
    expect(run.events("attempt.ended")[0]).toMatchObject({ outcome: "unknown", unanswered: true });
    expect(ledger(run)).toMatchObject({ reserved: {}, unknown: { tokens: 30 } });
  });

  test("M11 a repeat of what had set nothing aside is done, though others have set aside all that is left", () => {
    const run = begun(
      "{ resource_limits: { token_budget: 30 }, execution: parallel, steps: [{ id: a, agent: writer }, { id: b, agent: writer, budget: { tokens: 30 } }] }",
    );
    const { key } = run.attempt("a");
    run.crashes();
    expect(run.events("attempt.repeated").map((event) => event.key)).toEqual([key]);
    expect(run.events("attempt.ended")[0]).toMatchObject({ path: "b", outcome: "unknown" });
    expect(ledger(run)).toMatchObject({ reserved: {}, unknown: { tokens: 30 } });
  });

  test("is left by an agent that crashed without a word, and not by one that answered", () => {
    const text =
      "{ resource_limits: { token_budget: 100 }, steps: [{ id: a, agent: reader, budget: { tokens: 30 } }] }";
    const silent = begun(text, { agents: { reader: "pure" } });
    silent.answers("a", failed("crashed"));
    expect(held(ledger(silent))).toEqual({ spent: {}, reserved: {}, unknown: { tokens: 30 } });
    const spoke = begun(text, { agents: { reader: "pure" } });
    spoke.answers("a", failed("network_timeout"));
    expect(held(ledger(spoke))).toEqual({ spent: { calls: 1 }, reserved: {}, unknown: {} });
    const refused = begun(text, { agents: { reader: "pure" } });
    refused.answers("a", {
      kind: "refused",
      error: { class: "transient", kind: "agent_unavailable", message: "" },
    });
    expect(held(ledger(refused))).toEqual({ spent: {}, reserved: {}, unknown: {} });
  });
});

describe("an attempt that was dropped", () => {
  const text = `
    { resource_limits: { token_budget: 100 }, execution: parallel, steps: [
      { id: block, timeout: 1m, optional: true, steps: [{ id: a, agent: writer, budget: { tokens: 30 } }] }, { id: w, wait: 1h }] }
  `;

  test("M11 because its block took too long keeps what was set aside: it may have used it", () => {
    const run = begun(text);
    const { key } = run.attempt("block/a");
    run.after(60_000);
    expect(run.ended("block")).toBe("degraded");
    expect(held(ledger(run))).toEqual({ spent: {}, reserved: {}, unknown: { tokens: 30 } });
    run.tell({ type: "answer", key, outcome: gave({ tokens: 9 }) });
    expect(held(ledger(run))).toEqual({
      spent: { tokens: 9, calls: 1 },
      reserved: {},
      unknown: {},
    });
  });

  test("before anybody was asked has used nothing", () => {
    const run = begun(text, { agents: { writer: "ask" } });
    run.after(60_000);
    expect(held(ledger(run))).toEqual({ spent: {}, reserved: {}, unknown: {} });
  });

  test("and had nothing set aside is paid for all the same when its answer comes", () => {
    const run = begun(text.replace(", budget: { tokens: 30 }", ""));
    const { key } = run.attempt("block/a");
    run.after(60_000);
    run.tell({ type: "answer", key, outcome: gave({ tokens: 9 }) });
    expect(ledger(run).spent).toEqual({ tokens: 9, calls: 1 });
  });
});
