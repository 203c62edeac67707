import { describe, expect, test } from "vitest";
import { askedOf, type Driven, drive, REFUND } from "../../../test/given/approval.ts";
import { digestOf } from "../../../test/given/workflow.ts";
import { type Consuming, consumeApproval, evolveApproval } from "./index.ts";

const precondition = digestOf("the record");

function allowed(more: Parameters<typeof askedOf>[1] = {}): Driven {
  const one = drive(askedOf(REFUND, { precondition, ...more }));
  one.approve("ana");
  return one;
}

function nowOf(one: Driven, more: Partial<Consuming> = {}): Consuming {
  return {
    action: one.approval().gate.digest,
    chain: REFUND.digest,
    rules: [{ rule: "refund-over-limit", version: "rule-1" }],
    precondition,
    stopped: null,
    ...more,
  };
}

const consume = (one: Driven, more: Partial<Consuming> = {}) =>
  consumeApproval(one.approval(), nowOf(one, more), one.facts("muster"));

const voided = (how: string) => ({ kind: "void", event: { type: "gate.voided", how } });

describe("what was allowed", () => {
  test("no-execute-without-allowed", () => {
    const open = drive(askedOf(REFUND, { precondition }));
    expect(consume(open)).toMatchObject({ kind: "refused" });
    open.reject("ana");
    expect(consume(open)).toMatchObject({ kind: "refused" });
    const late = drive(askedOf(REFUND, { precondition }));
    late.after(Number.MAX_SAFE_INTEGER / 2);
    expect(consume(late)).toMatchObject({ kind: "refused" });
    expect(consume(allowed())).toMatchObject({ kind: "consumed" });
  });

  test("is begun once", () => {
    const one = allowed();
    const first = consume(one);
    if (first.kind !== "consumed") throw new Error("It was not consumed.");
    const after = evolveApproval(one.approval(), first.event, { at: 0, by: "muster" });
    expect(after.state).toBe("consumed");
    expect(consumeApproval(after, nowOf(one), one.facts("muster"))).toMatchObject({
      kind: "refused",
      problem: { message: "What was allowed here was done before; an approval is for once." },
    });
  });

  test("digest-mismatch-denied", () => {
    expect(consume(allowed(), { action: digestOf("another action") })).toMatchObject(
      voided("action"),
    );
  });

  test("holds no more when its chain or a rule is another", () => {
    expect(consume(allowed(), { chain: "chain-2" })).toMatchObject(voided("chain"));
    expect(consume(allowed(), { chain: null })).toMatchObject(voided("chain"));
    for (const rules of [[], [{ rule: "refund-over-limit", version: "rule-2" }]])
      expect(consume(allowed(), { rules })).toMatchObject(voided("rule"));
  });

  test("stale-precondition returns to approver", () => {
    const stale = consume(allowed(), { precondition: digestOf("changed since") });
    expect(stale).toMatchObject({
      ...voided("stale"),
      event: { why: "The record has changed since it was shown." },
    });
    expect(consume(allowed(), { precondition: null })).toMatchObject(voided("stale"));
  });

  test("role revoked between vote and consume", () => {
    const one = allowed();
    one.town.roles["manager"] = ["ben"];
    expect(consume(one)).toMatchObject(voided("voter"));
    // Whoever let a delegate decide must have the role still.
    const delegations = [
      { from: "ana", to: "gus", since: 0, until: Number.MAX_SAFE_INTEGER, chains: null },
    ];
    const byDelegate = drive(askedOf(REFUND, { precondition }), { delegations });
    byDelegate.approve("gus");
    expect(consume(byDelegate)).toMatchObject({ kind: "consumed" });
    byDelegate.town.roles["manager"] = ["ben"];
    expect(consume(byDelegate)).toMatchObject(voided("voter"));
  });

  test("is kept, and not begun, while somebody stops it", () => {
    const one = allowed();
    expect(consume(one, { stopped: "wing stopped refund.pay." })).toMatchObject({
      kind: "refused",
      problem: { message: "It was allowed, and is stopped: wing stopped refund.pay." },
    });
    expect(consume(one)).toMatchObject({ kind: "consumed" });
  });

  test("in part lets only what is listed be done, each once", () => {
    const [pay, mail] = ["pay", "mail"].map(digestOf) as [never, never];
    const actions = [
      { digest: pay, title: "Pay" },
      { digest: mail, title: "Write" },
    ];
    const one = drive(askedOf(REFUND, { precondition, actions }));
    one.approve("ana", { permits: [mail], blocks: ["The parcel is not back."] });
    expect(consume(one, { action: pay })).toMatchObject(voided("action"));
    const first = consume(one, { action: mail });
    if (first.kind !== "consumed") throw new Error("It was not consumed.");
    const after = evolveApproval(one.approval(), first.event, { at: 0, by: "muster" });
    expect(after.state).toBe("consumed");
  });
});

describe("breaking the glass", () => {
  const override = (one: Driven, by: string, reason = "The bank closes.") => {
    const { digest, terms } = one.approval().gate;
    const presented = terms?.presented ?? digest;
    return one.tell(by, { type: "override", digest, presented, reason });
  };

  test("is for its own role, with a reason, not for who asks, and is named in the log", () => {
    const one = drive(askedOf(REFUND, { precondition }));
    expect(override(one, "ana")?.message).toBe(
      "ana may not break the glass here; who is duty may.",
    );
    expect(override(one, "rita")?.message).toContain("rita asks for it");
    expect(override(one, "dot", " ")?.message).toContain("A reason is needed");
    expect(override(one, "dot")).toBeNull();
    expect(one.events).toMatchObject([
      { type: "gate.overridden", voter: "dot", review: "director" },
      { type: "gate.closed", allowed: true, why: "dot broke the glass: The bank closes." },
    ]);
    expect(consume(one)).toMatchObject({ kind: "consumed" });
    one.town.roles["duty"] = [];
    expect(consume(one)).toMatchObject(voided("voter"));
  });

  test("is nobody's where the chain has none", () => {
    const one = drive(askedOf({ ...REFUND, breakGlass: null }));
    expect(override(one, "dot")?.message).toContain("has no glass to break");
  });
});
