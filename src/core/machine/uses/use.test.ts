import { describe, expect, test } from "vitest";
import { given, RUN } from "../../../../test/given/run.ts";
import { LATER, ONE_STEP, serving, TOOLS } from "../../../../test/given/serving.ts";
import { read, wrote } from "../../../../test/given/tools.ts";
import { failure, owed } from "../index.ts";

describe("an agent that uses a tool to read", () => {
  test("U1 is judged on disk before anything is performed, and given what was found", () => {
    const run = serving();
    const [judged] = run.uses("serve", "order.read", LATER);
    expect(judged).toMatchObject({
      type: "tool.judged",
      by: "agent:support",
      key: run.attempt("serve").key,
      tool: "order.read",
      verdict: "allow",
      args: { value: { order_id: "7" } },
    });
    expect(run.owes("use")).toEqual([
      expect.objectContaining({
        key: judged?.seq,
        do: "perform",
        tool: "order.read",
        idempotency: `${RUN}.${judged?.seq ?? 0}`,
      }),
    ]);
    run.used("serve", read({ total: 12 }));
    expect(run.events("tool.finished")[0]).toMatchObject({ outcome: "ok", read: { rows: 1 } });
    expect(run.standing("serve", "order.read", LATER)).toMatchObject({
      is: "answered",
      done: { outcome: "ok", result: { value: { total: 12 } } },
    });
    expect(run.owes("use")).toEqual([]);
  });

  test("M2 is answered once, and asked once", () => {
    const run = serving();
    run.uses("serve", "order.read", LATER);
    const { key } = run.use("serve");
    expect(run.uses("serve", "order.read", LATER)).toEqual([]);
    run.used("serve", read(1));
    const before = run.log().length;
    run.tell({ type: "used", key, outcome: read(2) });
    expect(run.uses("serve", "order.read", LATER)).toEqual([]);
    expect(run.log()).toHaveLength(before);
  });

  test("is given the same again by a later attempt, without an event", () => {
    const run = serving({ agents: { support: "idempotent" } });
    run.uses("serve", "order.read", LATER);
    run.used("serve", read({ total: 12 }));
    run.fails("serve", "network_timeout");
    run.after(60_000);
    const before = run.log().length;
    run.uses("serve", "order.read", LATER);
    expect(run.log()).toHaveLength(before);
    expect(run.standing("serve", "order.read", LATER)).toMatchObject({ is: "answered" });
    expect(run.standing("serve", "order.read", { args: { order_id: "8" } }).is).toBe("not asked");
  });

  test("what it gave goes with the step", () => {
    const run = serving();
    run.uses("serve", "order.read", LATER);
    run.used("serve", read(1));
    run.does("serve");
    expect(run.status()).toBe("completed");
    expect([...owed(run.run())]).toEqual([]);
  });

  test("U5 a read ends with the attempt that asked for it", () => {
    const run = serving({}, ONE_STEP);
    run.uses("serve", "order.read", LATER);
    run.fails("serve", "network_timeout");
    expect(run.owes("use")).toEqual([]);
  });

  test("M9 after a crash it is performed again under the same key, and the log says so", () => {
    const run = serving();
    run.uses("serve", "order.read", LATER);
    const { key } = run.use("serve");
    run.crashes();
    expect(run.events("tool.repeated")).toMatchObject([{ key }]);
    expect(run.owes("use")).toMatchObject([{ key, do: "perform" }]);
  });

  test("rows outside of the case are told of", () => {
    const run = serving();
    run.uses("serve", "order.read", LATER);
    run.used("serve", read([], 3));
    expect(run.events("data.denied")).toMatchObject([{ dropped: 3, entity: "orders" }]);
  });

  test("a large result stands in the log by its digest", () => {
    const run = serving();
    run.uses("serve", "order.read", { args: { text: "x".repeat(10_000) } });
    expect(run.events("tool.judged")[0]?.args).toHaveProperty("digest");
  });

  test("labels of a run grow by what it reads, and go to its sub-runs", () => {
    const run = serving();
    expect(run.run().labels).toEqual({ untrusted: [], personal: [] });
    run.uses("serve", "mail.read");
    run.used("serve", read("Dear shop"));
    expect(run.run().labels).toEqual({ untrusted: ["mail 4"], personal: ["c-1"] });
    expect(run.events("tool.finished")[0]?.labels).toEqual(run.run().labels);
  });
});

describe("a use that is denied", () => {
  test("is the use's result: the agent is told little, the log all", () => {
    const run = serving();
    const [judged] = run.uses("serve", "price.set");
    expect(judged).toMatchObject({ verdict: "deny", why: "The test says deny." });
    expect(run.standing("serve", "price.set")).toMatchObject({
      is: "answered",
      done: { outcome: "denied", result: { value: { denied: "This may not be used here." } } },
    });
    expect(run.owes("use")).toEqual([]);
    expect(run.uses("serve", "price.set")).toEqual([]);
  });

  test("without a map no tool can be used, and the log says so", () => {
    const run = given("steps: [{ id: serve, agent: support }]").start();
    expect(run.uses("serve", "order.read")).toMatchObject([{ verdict: "deny" }]);
  });

  test("M7 an attempt uses tools only so often, and with arguments only so large", () => {
    const run = serving();
    const big = { args: { text: "x".repeat(300_000) } };
    const { key } = run.attempt("serve");
    const told = { type: "use", key, name: "n", tool: "order.read", preview: null } as const;
    expect(run.refused({ ...told, ...big })).toMatchObject({ code: "limit" });
    for (let at = 0; at < 200; at += 1) run.uses("serve", "price.set", { name: `n${at}` });
    expect(run.refused({ ...told, args: {}, name: "one more" })).toMatchObject({ code: "limit" });
  });

  test("M11 a use is a call of the run's budget, and is denied when none is left", () => {
    const text = "steps: [{ id: serve, agent: support, budget: { calls: 3 } }]";
    const run = serving({}, text);
    run.uses("serve", "order.read");
    run.used("serve", read(1));
    run.uses("serve", "mail.read");
    run.used("serve", read(1));
    expect(run.uses("serve", "order.read", LATER)).toMatchObject([
      { verdict: "deny", say: "The budget is used up." },
    ]);
    run.does("serve");
    expect(run.run().ledger?.spent).toEqual({ calls: 3 });
  });
});

describe("an agent that uses a tool to write", () => {
  test("U1 is told to the log before it is performed, with the key that the far side is given", () => {
    const run = serving();
    const [judged, started] = run.uses("serve", "refund.create", LATER);
    expect(judged).toMatchObject({ type: "tool.judged", effects: "ask" });
    expect(started).toMatchObject({
      type: "writeback.started",
      key: judged?.seq,
      idempotency: `${RUN}.${judged?.seq ?? 0}`,
    });
    expect(run.owes("use")).toMatchObject([{ key: judged?.seq, do: "perform" }]);
    run.used("serve", wrote({ id: "re_1" }));
    expect(run.events("writeback.committed")).toMatchObject([{ entity: "orders", id: "7" }]);
    run.does("serve");
    expect(run.status()).toBe("completed");
  });

  test("waits while the run is paused, and is asked again when it goes on", () => {
    const run = serving();
    run.tell({ type: "pause", why: "" });
    expect(run.uses("serve", "refund.create")).toEqual([]);
    expect(run.standing("serve", "refund.create").is).toBe("not asked");
    expect(run.uses("serve", "order.read")).toHaveLength(1);
    run.tell({ type: "resume" });
    expect(run.uses("serve", "refund.create")).toHaveLength(2);
  });

  test("U2 what was written is not written again: not by a later attempt, a fallback, or a person's retry", () => {
    const text = `
      steps:
        - { id: serve, agent: support, retry: 2, fallback: { agent: other, reason: It may. } }
    `;
    const run = serving({ agents: { support: "pure", other: "pure" } }, text);
    const asks = (): number => {
      run.uses("serve", "refund.create", LATER);
      return run.events("writeback.started").length;
    };
    expect(asks()).toBe(1);
    run.used("serve", wrote({ id: "re_1" }));
    run.fails("serve", "network_timeout");
    run.after(60_000);
    expect(asks()).toBe(1);
    run.fails("serve", "network_timeout");
    expect(run.attempt("serve")).toMatchObject({ agent: "other" });
    expect(asks()).toBe(1);
    run.fails("serve", "data_corruption");
    run.tell({ type: "retry", key: run.exception("serve").key });
    expect(asks()).toBe(1);
    expect(run.standing("serve", "refund.create", LATER)).toMatchObject({ is: "answered" });
  });

  test("M3 a call under which something was written stays the same call", () => {
    const run = serving({}, ONE_STEP);
    const call = run.owes("perform")[0]?.call;
    run.uses("serve", "note.write");
    run.used("serve", wrote(null));
    run.fails("serve", "network_timeout", true);
    run.after(60_000);
    expect(run.owes("perform")[0]).toMatchObject({ call, attempt: 2 });
  });

  test("certainly not written, it may be asked again", () => {
    const run = serving();
    run.uses("serve", "refund.create");
    const error = failure("invalid_input_data", "No such order.");
    run.used("serve", { kind: "failed", error, certain: true });
    expect(run.events("writeback.failed")).toHaveLength(1);
    expect(run.standing("serve", "refund.create").is).toBe("not asked");
    expect(run.uses("serve", "refund.create")).toHaveLength(2);
  });

  test("is judged and not written where nobody could look at what it would change", () => {
    const run = serving();
    const { key } = run.attempt("serve");
    const told = { type: "use", key, name: "n", tool: "refund.create", args: {} } as const;
    const fault = failure("tool_unavailable", "The shop does not answer.");
    run.tell({ ...told, preview: null, fault }, "agent:support");
    expect(run.events("tool.judged")).toHaveLength(1);
    expect(run.events("writeback.failed")).toMatchObject([{ error: fault }]);
    expect(run.events("writeback.started")).toEqual([]);
    expect(run.owes("use")).toEqual([]);
  });

  test("M9 a begun `ask` that was lost is in doubt: a person looks, the map's owner, and nothing is tried again", () => {
    const tools = { ...TOOLS, "refund.create": { effects: "ask", owner: "dana" } } as const;
    const run = serving({ tools }, ONE_STEP);
    run.uses("serve", "refund.create");
    run.crashes();
    expect(run.events("writeback.unknown")).toHaveLength(1);
    // The attempt was repeated before its use was found to be in doubt, or it was told to stop.
    if (run.owes("abort").length > 0) run.fails("serve", "agent_failed");
    expect(run.exception("serve")).toMatchObject({ why: "unknown", owner: "dana" });
    expect(run.exception("serve").look).toContain('"refund.create" may have been done');
    run.after(3_600_000);
    expect(run.events("writeback.started")).toHaveLength(1);
    expect(run.status()).toBe("waiting");
  });

  test("M9 an idempotent write is performed again under the same key, and in doubt when it never answers", () => {
    const run = serving();
    run.uses("serve", "note.write");
    const { key } = run.use("serve");
    const error = failure("network_timeout", "No answer.");
    for (let at = 0; at < 5; at += 1) run.used("serve", { kind: "unknown", error });
    expect(run.events("tool.repeated").map((event) => event.key)).toEqual([
      key,
      key,
      key,
      key,
      key,
    ]);
    expect(run.owes("use")).toMatchObject([{ idempotency: `${RUN}.${key}` }]);
    run.used("serve", { kind: "unknown", error });
    expect(run.events("writeback.unknown")).toHaveLength(1);
  });

  test("M9 what is performed again waits longer each time, and the log says until when", () => {
    const run = serving();
    run.uses("serve", "note.write");
    const error = failure("network_timeout", "No answer.");
    for (let at = 0; at < 5; at += 1) run.used("serve", { kind: "unknown", error });
    const waits = run.events("tool.repeated").map(({ at, due }) => (due ?? at) - at);
    for (const [at, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** at);
      expect(wait).toBeLessThanOrEqual(500 * 2 ** at);
    }
    expect(run.owes("use")).toMatchObject([{ notBefore: run.events("tool.repeated").at(-1)?.due }]);
  });

  test("M9 its wait has an end of ours, whatever its system asks for", () => {
    const run = serving();
    run.uses("serve", "note.write");
    const error = { ...failure("network_timeout", "No answer."), retryAfterMs: 3_600_000 };
    run.used("serve", { kind: "unknown", error });
    const [again] = run.events("tool.repeated");
    expect((again?.due ?? 0) - (again?.at ?? 0)).toBe(15_000);
  });

  test("U3 the step ends by a person when nobody knows whether it was written, whatever its agent says", () => {
    const run = serving({}, ONE_STEP);
    run.uses("serve", "refund.create");
    run.used("serve", { kind: "unknown", error: failure("network_timeout", "No answer.") });
    expect(run.owes("abort")).toHaveLength(1);
    run.does("serve", { reply: "Done." });
    expect(run.ended("serve")).toBeNull();
    const { key } = run.exception("serve");
    run.tell({ type: "give", key, output: { value: { reply: "Done by hand." } }, why: "seen" });
    expect(run.output("serve")).toEqual({ reply: "Done by hand." });
    expect(run.status()).toBe("completed");
  });

  test("ordered again by a person, a write in doubt is a new use under a new key", () => {
    const run = serving();
    run.uses("serve", "refund.create");
    const { key } = run.use("serve");
    run.used("serve", { kind: "unknown", error: failure("network_timeout", "No answer.") });
    run.fails("serve", "agent_failed");
    run.tell({ type: "retry", key: run.exception("serve").key });
    run.uses("serve", "refund.create");
    expect(run.use("serve").key).toBeGreaterThan(key);
  });

  test("U3 what is being written is awaited: by a retry, a cancel, a takeover, an answer that came too soon", () => {
    const retried = serving({}, ONE_STEP);
    retried.uses("serve", "refund.create");
    retried.fails("serve", "network_timeout");
    retried.after(60_000);
    expect(retried.inFlight()).toEqual([]);
    retried.used("serve", wrote(1));
    retried.after(60_000);
    expect(retried.inFlight()).toEqual(["serve"]);

    const cancelled = serving();
    cancelled.uses("serve", "refund.create");
    cancelled.tell({ type: "cancel", why: "", rollback: false });
    expect(cancelled.ended("serve")).toBeNull();
    cancelled.used("serve", wrote(1));
    cancelled.fails("serve", "stopped");
    expect(cancelled.status()).toBe("cancelled");

    const taken = serving();
    taken.uses("serve", "refund.create");
    taken.tell({ type: "take", path: "serve", why: "" });
    const give = { type: "give", path: "serve", output: { value: {} }, why: "" } as const;
    expect(taken.refused(give)).toMatchObject({ code: "conflict" });
    taken.used("serve", wrote(1));
    taken.tell(give);
    expect(taken.status()).toBe("completed");

    const early = serving();
    early.uses("serve", "refund.create");
    early.does("serve");
    expect(early.ended("serve")).toBeNull();
    expect(early.events("attempt.ended")).toMatchObject([{ outcome: "failed" }]);
  });

  test("is looked at again, and a person looks where it is not as it was written", () => {
    const tools = { ...TOOLS, "note.write": { effects: "idempotent", verifies: true } } as const;
    const run = serving({ tools });
    run.uses("serve", "note.write");
    run.used("serve", wrote("n1"));
    expect(run.owes("use")).toMatchObject([{ do: "verify" }]);
    expect(run.standing("serve", "note.write").is).toBe("under way");
    run.tell({ type: "verified", key: run.use("serve").key, ok: true });
    expect(run.standing("serve", "note.write").is).toBe("answered");

    const wrong = serving({ tools });
    wrong.uses("serve", "note.write");
    wrong.used("serve", wrote("n1"));
    wrong.tell({ type: "verified", key: wrong.use("serve").key, ok: false, why: "It is empty." });
    wrong.fails("serve", "agent_failed");
    expect(wrong.exception("serve")).toMatchObject({ why: "unknown" });
  });
});
