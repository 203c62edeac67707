import { describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { compileRule, type PolicyRule, ruleChanges, ruleWhole, sayRule } from "./index.ts";

const OPEN = { type: "object" } as const;
const NAMES = {
  facts: { case: OPEN },
  tools: { "refund.pay": { args: OPEN }, "reply.send": { args: OPEN } },
  agents: ["finance"],
  requests: ["refund"],
};

function rule(when: Json, more: { readonly [key: string]: Json } = {}): PolicyRule {
  const source = { when, then: { approve: "boss" }, because: "Somebody looks.", ...more };
  const faults: string[] = [];
  const compiled = compileRule(
    { id: "r", source },
    {
      names: NAMES,
      chains: ["boss", "board"],
      path: [],
      report: ({ message }) => faults.push(message),
      where: () => "map.yaml:1:1",
      digest: (text) => text,
    },
  );
  if (compiled === null) throw new Error(faults.join(" "));
  return compiled;
}

const pay = (amount: Json, more: { readonly [key: string]: Json } = {}): PolicyRule =>
  rule({ "action.tool": "refund.pay", "args.amount": amount }, more);

function said(was: PolicyRule, is: PolicyRule): readonly string[] {
  return ruleChanges(was, is).map(({ words, isWider }) => `${isWider ? "! " : ""}${words}`);
}

describe("a rule in words", () => {
  test("says what follows, for what, and where, however it is spelled", () => {
    const words = "asks boss for refund.pay where args.amount is over HKD 5,000";
    expect(sayRule(pay("> HKD 5000"))).toBe(words);
    expect(
      sayRule(rule('action.tool == "refund.pay" && money(args.amount) > money("HKD 5000")')),
    ).toBe('asks boss for refund.pay where money(args.amount) > money("HKD 5000")');
    expect(sayRule(rule('action.tool == "refund.pay" && args.amount > 5000.0'))).toBe(
      "asks boss for refund.pay where args.amount is over 5,000",
    );
    expect(sayRule(pay("(HKD 500..HKD 5000]"))).toContain("over HKD 500, up to HKD 5,000");
    expect(sayRule(rule({ "case.tier": "gold, silver" }))).toContain("is gold or silver");
    expect(sayRule(rule({ "case.tier": "not(vip, banned)" }))).toContain("is not vip or banned");
    expect(sayRule(rule('case.a == "x" || case.b == "y" && case.c == "z"'))).toBe(
      'asks boss where case.a == "x" || case.b == "y" && case.c == "z"',
    );
    expect(sayRule(pay("> 1", { then: { limit: { amount: { most: 5000 } } } }))).toContain(
      "holds amount to at most 5,000",
    );
  });

  test("a limit that falls asks from less: fewer get through, and that is not marked", () => {
    expect(said(pay("> HKD 5000"), pay("> HKD 2000"))).toEqual([
      "asks boss where args.amount is over HKD 2,000 instead of over HKD 5,000",
    ]);
    expect(said(pay(">= HKD 5000"), pay(">= HKD 2000"))).toEqual([
      "asks boss where args.amount is from HKD 2,000 instead of from HKD 5,000",
    ]);
  });

  test("a limit that rises, in another money, or at one end only, may let more through", () => {
    expect(said(pay("> HKD 2000"), pay("> HKD 5000"))[0]).toMatch(/^! /);
    expect(said(pay("> HKD 2000"), pay("> USD 2000"))[0]).toMatch(/^! /);
    expect(said(pay(">= HKD 2000"), pay("> HKD 2000"))[0]).toMatch(/^! /);
    expect(said(pay("(HKD 1..HKD 9]"), pay("(HKD 2..HKD 10]"))[0]).toMatch(/^! /);
    expect(said(pay("(HKD 2..HKD 9]"), pay("(HKD 1..HKD 10]"))[0]).not.toMatch(/^! /);
  });

  test("of what asks nobody it is the other way round", () => {
    const permit = { then: "permit" };
    expect(said(pay("<= HKD 500", permit), pay("<= HKD 900", permit))).toEqual([
      "! permits, and asks nobody, where args.amount is up to HKD 900 instead of up to HKD 500",
    ]);
    expect(said(pay("<= HKD 900", permit), pay("<= HKD 500", permit))[0]).not.toMatch(/^! /);
  });

  test("lines that come and go are told, and what they mean", () => {
    const more = rule({ "action.tool": "refund.pay", "args.amount": "> 1", "case.tier": "vip" });
    expect(said(pay("> 1"), more)).toEqual(["! asks boss only where case.tier is vip"]);
    expect(said(more, pay("> 1"))).toEqual(["asks boss no longer only where case.tier is vip"]);
    expect(said(rule({ "case.tier": "vip, gold" }), rule({ "case.tier": "vip" }))[0]).toBe(
      "! asks boss where case.tier is vip instead of vip or gold",
    );
    expect(
      said(rule({ "action.tool": "refund.pay" }), rule({ "action.tool": "reply.send" })),
    ).toEqual(["! asks boss for reply.send instead of refund.pay"]);
  });

  test("the same said otherwise is no change", () => {
    expect(
      said(
        rule({ "action.tool": "refund.pay", "args.amount": "> 500" }),
        rule('args.amount > 500.0 && action.tool == "refund.pay"'),
      ),
    ).toEqual([]);
  });

  test("what follows, and whether it does, is told", () => {
    expect(said(pay("> 1"), pay("> 1", { then: "deny" }))).toEqual(["refuses; before: asks boss"]);
    expect(said(pay("> 1"), pay("> 1", { then: { approve: "board" } }))).toEqual([
      "! asks board; before: asks boss",
    ]);
    expect(said(pay("> 1"), pay("> 1", { shadow: true }))).toEqual([
      "! is only tried from now on: nothing follows (shadow)",
    ]);
    expect(said(pay("> 1", { shadow: true }), pay("> 1"))).toEqual([
      "is in force from now on: it asks boss",
    ]);
  });

  test("one that is gone may let more through, and so may a permit that is new", () => {
    expect(ruleWhole(pay("> 1"), "removed")).toMatchObject({ isWider: true });
    expect(ruleWhole(pay("> 1"), "added")).toMatchObject({ isWider: false });
    expect(ruleWhole(pay("> 1", { then: "permit" }), "added")).toEqual({
      words: "is new: permits, and asks nobody, for refund.pay where args.amount is over 1",
      isWider: true,
    });
    expect(ruleWhole(pay("> 1", { shadow: true }), "removed")).toMatchObject({ isWider: false });
  });
});
