import { describe, expect, test } from "vitest";
import { asked, LATER, ONE_STEP, serving } from "../../../../test/given/serving.ts";
import { type GivenTool, previewOf, read, useTold, wrote } from "../../../../test/given/tools.ts";
import { failure, isUnsettled } from "../index.ts";

describe("a use that people are asked about", () => {
  test("M8 suspends its attempt: it is no failure, uses up no retry, and nothing is in flight", () => {
    const run = serving({ tools: asked() });
    const events = run.uses("serve", "refund.create", { ...LATER, preview: previewOf(1, 2) });
    expect(events.map(({ type }) => type)).toEqual([
      "tool.judged",
      "attempt.suspended",
      "gate.opened",
    ]);
    expect(run.gate("serve")).toMatchObject({ from: ["dana", "eli"], need: 1 });
    expect(run.events("gate.opened")[0]?.gate).toMatchObject({
      use: events[0]?.seq,
      digest: run.events("tool.judged")[0]?.action,
      show: { tool: "refund.create", preview: { before: 1, after: 2 } },
    });
    expect(run.inFlight()).toEqual([]);
    expect(run.status()).toBe("waiting");
    expect(isUnsettled(run.run())).toBe(false);
    expect(run.owes("use")).toEqual([]);
  });

  test("U4 stays allowed where nobody could look at the record when its agent came back", () => {
    const run = serving({ tools: asked() });
    const preview = previewOf(1, 2);
    run.uses("serve", "refund.create", { preview });
    run.vote("serve", "dana");
    const { key } = run.attempt("serve");
    const told = useTold(key, "refund.create", { preview: null });
    const fault = failure("tool_unavailable", "The shop does not answer.");
    expect(run.tell({ ...told, fault }, "agent:support")).toEqual([]);
    expect(run.standing("serve", "refund.create").is).toBe("not asked");
    expect(run.uses("serve", "refund.create", { preview })).toMatchObject([
      { type: "gate.consumed" },
      { type: "writeback.started" },
    ]);
  });

  test("U4 allowed, the same call goes on, and its grant is used up by one write", () => {
    const run = serving({ tools: asked() });
    const call = run.owes("perform")[0]?.call;
    const preview = previewOf(1, 2);
    run.uses("serve", "refund.create", { preview });
    const { key } = run.gate("serve");
    run.vote("serve", "dana");
    expect(run.owes("perform")).toMatchObject([{ call, attempt: 2 }]);
    expect(run.standing("serve", "refund.create").is).toBe("not asked");
    const events = run.uses("serve", "refund.create", { preview });
    expect(events).toMatchObject([
      { type: "gate.consumed", key },
      { type: "writeback.started", approval: key },
    ]);
    run.used("serve", wrote("re_1"));
    expect(run.uses("serve", "refund.create", { preview })).toEqual([]);
    expect(run.uses("serve", "refund.create", { preview, name: "again" })[0]).toMatchObject({
      type: "tool.judged",
      verdict: "ask",
    });
  });

  test("denied, its agent is told so when it asks again, and goes on without", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "refund.create");
    run.vote("serve", "dana", false);
    expect(run.standing("serve", "refund.create")).toMatchObject({
      is: "answered",
      done: { outcome: "denied" },
    });
    run.does("serve");
    expect(run.status()).toBe("completed");
    expect(run.events("writeback.started")).toEqual([]);
  });

  test("a deadline that passes never approves", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "refund.create");
    run.after(3_600_000);
    expect(run.events("gate.closed")).toMatchObject([{ allowed: false }]);
    expect(run.standing("serve", "refund.create")).toMatchObject({ done: { outcome: "denied" } });
  });

  test("U4 stale: what it writes has changed since, so the grant is void and people are asked anew", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "refund.create", { preview: previewOf(1, 2) });
    run.vote("serve", "dana");
    const events = run.uses("serve", "refund.create", { preview: previewOf(5, 6) });
    expect(events.map(({ type }) => type)).toEqual([
      "gate.voided",
      "tool.judged",
      "attempt.suspended",
      "gate.opened",
    ]);
    expect(run.events("writeback.started")).toEqual([]);
    expect(run.events("gate.opened")[1]?.gate.digest).not.toBe(
      run.events("gate.opened")[0]?.gate.digest,
    );
  });

  test("U4 what is forbidden by now is not done, although it was approved", () => {
    const tools = asked();
    const run = serving({ tools });
    run.uses("serve", "refund.create");
    run.vote("serve", "dana");
    const tool = tools["refund.create"];
    if (tool !== undefined) tool.verdict = "deny";
    expect(run.uses("serve", "refund.create").map(({ type }) => type)).toEqual([
      "gate.voided",
      "tool.judged",
    ]);
    expect(run.events("writeback.started")).toEqual([]);
  });

  test("a grant of another arguments is none", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "refund.create", LATER);
    run.vote("serve", "dana");
    expect(run.uses("serve", "refund.create", { args: { order_id: "8" } })[0]).toMatchObject({
      type: "tool.judged",
      verdict: "ask",
    });
  });

  test("a crash of the attempt that comes back leaves the grant for the next one", () => {
    const run = serving({ tools: asked() }, ONE_STEP);
    run.uses("serve", "refund.create");
    run.vote("serve", "dana");
    run.crashes();
    run.fails("serve", "network_timeout");
    run.after(60_000);
    expect(run.uses("serve", "refund.create")[0]).toMatchObject({ type: "gate.consumed" });
  });

  test("M8 where the map names no chain, whoever owns it is asked, and never anybody", () => {
    const tool = { effects: "ask", verdict: "ask", owner: "wing" } as const;
    const run = serving({ tools: { "refund.create": tool } });
    run.uses("serve", "refund.create");
    expect(run.gate("serve")).toMatchObject({ from: ["wing"], need: 1 });
    const mere = serving({ tools: { "refund.create": { effects: "ask", verdict: "ask" } } });
    mere.uses("serve", "refund.create");
    expect(mere.gate("serve")).toMatchObject({ from: ["ana"] });
  });

  test("a read that people are asked about is performed when its grant is used", () => {
    const tools: Record<string, GivenTool> = {
      "file.read": { effects: "pure", verdict: "ask" },
    };
    const run = serving({ tools });
    run.uses("serve", "file.read");
    run.vote("serve", "ana");
    expect(run.uses("serve", "file.read")).toMatchObject([{ type: "gate.consumed", reads: true }]);
    run.used("serve", read("text"));
    expect(run.standing("serve", "file.read").is).toBe("answered");
  });

  test("a cancel ends it, whoever has not decided yet", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "refund.create");
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.status()).toBe("cancelled");
    expect(run.run().open.size).toBe(0);
  });

  test("U3 what was being written beside it is awaited, and in doubt it is a person's, approved or not", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "note.write");
    run.uses("serve", "refund.create");
    const error = failure("network_timeout", "No answer.");
    for (let at = 0; at < 6; at += 1) run.used("serve", { kind: "unknown", error });
    run.vote("serve", "dana");
    expect(run.inFlight()).toEqual([]);
    expect(run.exception("serve")).toMatchObject({ why: "unknown" });
  });
});
