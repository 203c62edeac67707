import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import { readRulesText, SHOP } from "../../../test/given/rules.ts";
import { compileChecked, isProblem } from "../expression/index.ts";
import type { JsonObject } from "../json.ts";
import { evaluating } from "./condition.ts";
import { compileCondition, type PolicyRule, policyNames, type RuleOutcome } from "./index.ts";
import { isPossible } from "./reach.ts";
import { waysOf } from "./ways.ts";

/** A rule by its condition alone. */
function ruled(when: string): PolicyRule {
  const { rules, problems } = readRulesText(
    `rules:\n  r:\n    when: ${when}\n    then: deny\n    because: Why.\n`,
  );
  expect(problems).toEqual([]);
  const { r } = rules;
  if (r === undefined) throw new Error(when);
  return r;
}

function refused(when: string): string {
  const { rules, problems } = readRulesText(
    `rules:\n  r:\n    when: ${when}\n    then: deny\n    because: Why.\n`,
  );
  expect(rules).toEqual({});
  return problems.join("\n");
}

const REFUND = (amount: number | null, of: JsonObject = {}): JsonObject => ({
  action: { tool: "refund.pay", args: { order_id: "7", amount }, agent: "finance" },
  case: { id: "c1", tier: "gold", ...of },
});

describe("a rule", () => {
  const both = readRulesText(`
rules:
  as-expression:
    when: 'action.tool == "refund.pay" && action.args.amount > money("HKD 500")'
    then: { approve: refund-manager }
    because: Refunds over HKD 500 are decided by a manager.
  as-map:
    when: { action.tool: refund.pay, action.args.amount: "> HKD 500" }
    then: { approve: refund-manager }
    because: Refunds over HKD 500 are decided by a manager.
`);

  test("is written as an expression or as a map of cells, and both are the same", () => {
    expect(both.problems).toEqual([]);
    for (const amount of [0, 499.99, 500, 500.01, 640.5, null]) {
      const [one, other] = Object.values(both.rules).map((rule) => rule.evaluate(REFUND(amount)));
      expect(one?.holds).toBe(other?.holds);
      expect(one?.holds).toBe(amount === null ? "undetermined" : String(amount > 500));
    }
    expect(Object.values(both.rules).map(({ tools }) => tools)).toEqual([
      ["refund.pay"],
      ["refund.pay"],
    ]);
  });

  test("says why it held, with the values that it read", () => {
    expect(both.rules["as-map"]?.evaluate(REFUND(640.5))).toEqual({
      holds: "true",
      missing: [],
      leaves: [
        'action.tool == "refund.pay" [was "refund.pay"]: true',
        "action.args.amount > HKD 500 [was HKD 640.50]: true",
      ],
    });
    expect(both.rules["as-map"]?.where).toBe("map.yaml:7:3");
  });

  test.each([
    ["case.tier: 'gold, silver'", { tier: "gold" }, "true"],
    ["case.tier: 'not(gold, silver)'", { tier: "gold" }, "false"],
    ['case.tier: "!= vip"', {}, "true"],
    ['case.repeats: "[3..5)"', { repeats: 5 }, "false"],
    ['case.repeats: "[3..5)"', { repeats: 3 }, "true"],
    ['case.repeats: "(3..5]"', { repeats: 3 }, "false"],
    ['case.repeats: "< 2, >= 7"', { repeats: 8 }, "true"],
    ["case.repeats: 3", { repeats: 3 }, "true"],
    ["case.repeats: [3, 4]", { repeats: 4 }, "true"],
    ["case.repeats: '-'", {}, "true"],
    ['case.total: "(HKD 500..HKD 5000]"', { total: "HKD 5000" }, "true"],
    ['case.waited: "> 3 days"', { waited: 259_201 }, "true"],
    ['case.waited: "<= 1h30m"', { waited: 5_400 }, "true"],
    ['case.opened: ">= 2026-11-20"', { opened: "2026-11-20T00:00:00Z" }, "true"],
    ['case.opened: "[2026-11-01..2026-12-01)"', { opened: "2026-12-01T00:00:00Z" }, "false"],
    ["case.paid: true", { paid: true }, "true"],
    ["case.note: 'a, \"b, c\"'", { note: "b, c" }, "true"],
    ["size(case.lines): '> 1'", { lines: [{ sku: "x" }, { sku: "y" }] }, "true"],
    ["'case.repeats + 1': '> 3'", { repeats: 3 }, "true"],
    ["case.repeats: '> 3'", {}, "undetermined"],
  ])("has a line %s", (line, of, holds) => {
    expect(ruled(`{ ${line} }`).evaluate(REFUND(1, of)).holds).toBe(holds);
  });

  test("typo, type, enum, duration, currency errors carry file:line:col", () => {
    const { rules, problems } = readRulesText(`
rules:
  typo:
    when: case.teir == "vip"
    then: deny
    because: Why.
  typo-in-map:
    when: { case.teir: vip }
    then: deny
    because: Why.
  type:
    when: case.repeats > "3"
    then: deny
    because: Why.
  no-condition:
    when: case.repeats + 1
    then: deny
    because: Why.
  enum:
    when: { case.tier: "gold, silvr" }
    then: deny
    because: Why.
  enum-in-text:
    when: action.tool == "refund.pai"
    then: deny
    because: Why.
  duration:
    when: { case.waited: "> 3 dayz" }
    then: deny
    because: Why.
  duration-in-text:
    when: case.waited > duration("3 days")
    then: deny
    because: Why.
  currency:
    when: { args.amount: "> HKX 500", action.tool: refund.pay }
    then: deny
    because: Why.
  limit-of-text:
    when: { action.tool: mail.send }
    then: { limit: { to: { most: 5 } } }
    because: Why.
  chain:
    when: true
    then: { approve: refund-manger }
    because: Why.
  follows:
    when: true
    then: { aprove: refund-manager }
    because: Why.
  limit:
    when: { action.tool: refund.pay }
    then: { limit: { amout: { most: 5 } } }
    because: Why.
`);
    expect(rules).toEqual({});
    expect(problems).toEqual([
      'map.yaml:4:16  case has no field "teir".\n  mend: Did you mean "tier"?',
      'map.yaml:8:13  In "case.teir": case has no field "teir".\n  mend: Did you mean "tier"?',
      expect.stringMatching(
        /^map\.yaml:12:11 {2}case\.repeats is a number and "3" is a text; > does not take the two/,
      ),
      expect.stringMatching(/^map\.yaml:16:11 {2}This gives a number; true or false is needed/),
      'map.yaml:20:31  "silvr" is not one of none, silver, gold, vip.\n  mend: Did you mean "silver"?',
      expect.stringMatching(
        /^map\.yaml:24:26 {2}"refund\.pai" is not one of the values of action\.tool.*\n.*mean "refund\.pay"\?$/,
      ),
      "map.yaml:28:29  3 dayz is no duration.\n  mend: Write one such as 72h, 30m or 3 days.",
      'map.yaml:32:34  Duration cannot read "3 days".\n  mend: Write hours, minutes and seconds: duration("72h").',
      "map.yaml:36:29  There is no currency HKX.\n  mend: Write HKD 500.",
      expect.stringMatching(/^map\.yaml:41:26 {2}"to" of "mail\.send" is not declared as a number/),
      'map.yaml:45:22  There is no chain of approval "refund-manger".\n  mend: Did you mean "refund-manager"?',
      expect.stringMatching(/^map\.yaml:49:11 {2}"aprove" is nothing that can follow/),
      expect.stringMatching(
        /^map\.yaml:53:22 {2}No tool that this rule can mean has an argument "amout"\.\n.*"amount"/,
      ),
    ]);
  });

  test("null/missing → undetermined → stricter route", () => {
    const rule = ruled(
      '{ action.tool: refund.pay, args.amount: "> HKD 500", case.repeats: ">= 3" }',
    );
    expect(rule.evaluate(REFUND(640))).toMatchObject({
      holds: "undetermined",
      missing: ["case.repeats"],
    });
    expect(rule.evaluate(REFUND(null, { repeats: null }))).toMatchObject({
      holds: "undetermined",
      missing: ["args.amount", "case.repeats"],
    });
    // What settles the matter without the missing datum settles it.
    expect(rule.evaluate(REFUND(400)).holds).toBe("false");
    expect(rule.evaluate({}).holds).toBe("undetermined");
  });

  test("engine fault fails closed", () => {
    const rule = ruled("size(case.note.split(',')) / (case.repeats - 3) > 1");
    const outcome = rule.evaluate(REFUND(1, { note: "a", repeats: 3 }));
    expect(outcome).toMatchObject({ holds: "fault", missing: [] });
    expect(outcome.leaves.join()).toMatch(/division by zero/);
    // Data that is not what was declared.
    expect(ruled('{ case.total: "> HKD 5" }').evaluate(REFUND(1, { total: "much" })).holds).toBe(
      "fault",
    );
    expect(ruled('{ case.total: "> HKD 5" }').evaluate(REFUND(1, { total: [] })).holds).toBe(
      "fault",
    );
  });

  test("ReDoS and nested-loop expressions rejected at load", () => {
    expect(refused(`case.note.matches("^(a+)+$")`)).toMatch(/matches is not used/);
    expect(refused("case.lines.all(a, case.lines.all(b, a.sku != b.sku))")).toMatch(
      /stands inside another comprehension/,
    );
    expect(refused(`'${Array.from({ length: 300 }, () => "case.paid").join(" || ")}'`)).toMatch(
      /too long or too deep/,
    );
    const rule = ruled("case.lines.exists(l, l.sku == 'x')");
    const lines = Array.from({ length: 1_001 }, () => ({ sku: "y" }));
    expect(rule.evaluate(REFUND(1, { lines })).holds).toBe("fault");
  });

  test("money exact, mixed currency refused", () => {
    const rule = ruled('{ action.tool: refund.pay, args.amount: "> HKD 0.3" }');
    expect(rule.evaluate(REFUND(0.3)).holds).toBe("false");
    expect(rule.evaluate(REFUND(0.300000000000001)).holds).toBe("fault");
    expect(refused('{ action.tool: refund.pay, args.amount: "> USD 5" }')).toMatch(
      /map\.yaml:3:54 {2}USD 5 is in USD and is compared with an amount in HKD/,
    );
    const total = ruled('{ case.total: "> HKD 5" }').evaluate(REFUND(1, { total: "USD 9" }));
    expect(total.holds).toBe("fault");
    expect(total.leaves.join()).toMatch(/USD and HKD are two currencies/);
    expect(refused('{ case.repeats: "> HKD 5" }')).toMatch(/\{ type: number, currency: HKD \}/);
  });

  test.each([
    "case.repeats > 5 && case.repeats < 3",
    "case.repeats > 5 && case.repeats <= 5",
    "case.tier == 'gold' && case.tier == 'vip'",
    "case.paid && !case.paid",
    "'!has(case.note) && case.note == \"x\"'",
    '{ action.tool: mail.send, case.tier: "not(none, silver, gold, vip)" }',
    "action.tool == 'mail.send' && (action.tool == 'order.read' || case.tier in [])",
    "case.total > money('HKD 5') && case.total < money('HKD 4.99')",
    "case.opened > timestamp('2026-01-02') && case.opened < timestamp('2026-01-02')",
    "false",
  ])("that can never hold is refused: %s", (when) => {
    expect(refused(when)).toMatch(/This can never hold/);
  });

  test.each([
    ["action.tool in ['mail.send', 'order.read']", ["mail.send", "order.read"]],
    ["action.tool == 'mail.send' && case.paid", ["mail.send"]],
    ["action.tool == 'mail.send' || case.paid", null],
    ["action.tool != 'mail.send'", null],
    ["case.paid", null],
    ["!(action.tool != 'mail.send' || case.paid)", ["mail.send"]],
  ])("tells which tools it can mean: %s", (when, tools) => {
    expect(ruled(`"${when}"`).tools).toEqual(tools);
  });

  test("is another version when it is changed, and not when its examples are", () => {
    const read = (because: string, more: string): string | undefined =>
      readRulesText(
        `rules:\n  r:\n    when: true\n    then: deny\n    because: ${because}\n${more}`,
      ).rules["r"]?.digest;
    const examples = "    examples: [{ facts: {}, expect: true }]\n";
    expect(read("One.", "")).toBe(read("One.", examples));
    expect(read("One.", "")).not.toBe(read("Two.", ""));
  });
});

/** A condition and what it is made of, so that it can be worked out from its leaves. */
type Made = { readonly text: string; readonly out: (leaf: () => Three) => Three };
type Three = RuleOutcome["holds"];

const LEAVES = [
  "case.repeats > 3",
  "case.tier == 'gold'",
  "case.paid",
  "case.total > money('HKD 5')",
  "case.note.startsWith('a')",
  "size(case.lines) / case.repeats > 1",
  "has(case.note)",
  "case.opened < timestamp('2026-11-20T00:00:00Z')",
] as const;

const made: fc.Arbitrary<Made> = fc.letrec<{ made: Made }>((tie) => ({
  made: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(...LEAVES).map((text): Made => ({ text, out: (leaf) => leaf() })),
    fc.tuple(tie("made"), tie("made")).map(
      ([a, b]): Made => ({
        text: `(${a.text} && ${b.text})`,
        out: (leaf) => joined("false", a.out(leaf), b.out(leaf)),
      }),
    ),
    fc.tuple(tie("made"), tie("made")).map(
      ([a, b]): Made => ({
        text: `(${a.text} || ${b.text})`,
        out: (leaf) => joined("true", a.out(leaf), b.out(leaf)),
      }),
    ),
    tie("made").map((a): Made => ({ text: `!(${a.text})`, out: (leaf) => negated(a.out(leaf)) })),
    fc.tuple(tie("made"), tie("made"), tie("made")).map(
      ([a, b, c]): Made => ({
        text: `(${a.text} ? ${b.text} : ${c.text})`,
        out: (leaf) => {
          const [condition, one, other] = [a.out(leaf), b.out(leaf), c.out(leaf)];
          return condition === "true" ? one : condition === "false" ? other : condition;
        },
      }),
    ),
  ),
})).made;

function joined(settles: Three, one: Three, other: Three): Three {
  if (one === settles || other === settles) return settles;
  if (one === "fault" || other === "fault") return "fault";
  if (one === "undetermined" || other === "undetermined") return "undetermined";
  return settles === "true" ? "false" : "true";
}

function negated(one: Three): Three {
  return one === "true" ? "false" : one === "false" ? "true" : one;
}

const facts: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      repeats: fc.constantFrom(null, 0, 2, 5),
      tier: fc.constantFrom("gold", "vip"),
      paid: fc.constantFrom(true, false, "yes"),
      total: fc.constantFrom("HKD 4.99", "HKD 5.01", "USD 6", "much"),
      note: fc.constantFrom("a", "b"),
      lines: fc.constantFrom([], [{ sku: "x" }]),
      opened: fc.constantFrom("2026-11-19T00:00:00Z", "2026-11-21T00:00:00Z", "never"),
    },
    { requiredKeys: [] },
  )
  .map((of) => ({ case: of }));

describe("why a rule held", () => {
  test("explain leaves equal evaluation", () => {
    fc.assert(
      fc.property(made, facts, ({ text, out }, given) => {
        const condition = compileCondition(text, {
          names: policyNames(SHOP),
          path: [],
          report: (fault) => expect(fault).toBeNull(),
        });
        const { holds, leaves } = condition?.evaluate(given) ?? { holds: "fault", leaves: [] };
        // Only the first leaves of a very long condition are told.
        fc.pre(leaves.length < 50);
        const told = leaves.map((line): Three => {
          const [, said = ""] =
            /: (true|false|undetermined|fault|"yes")(?: \(.*\))?$/.exec(line) ?? [];
          return said === '"yes"' ? "fault" : (said as Three);
        });
        let at = 0;
        expect({ text, holds: out(() => told[at++] ?? "fault") }).toEqual({ text, holds });
        expect(at).toBe(told.length);
      }),
      { numRuns: cases(3_000) },
    );
  });

  test("a condition that held once is never said to be impossible, whatever it is made of", () => {
    const names = policyNames(SHOP);
    const leaf = fc.constantFrom(
      "case.repeats > 3",
      "case.repeats <= 2",
      "case.repeats != 5",
      "case.repeats in [0, 2]",
      "case.tier == 'gold'",
      "case.tier != 'vip'",
      "case.tier in ['silver', 'vip']",
      "case.paid",
      "has(case.note)",
      "case.total > money('HKD 5')",
      "case.total <= money('HKD 4.99')",
      "case.opened < timestamp('2026-11-20T00:00:00Z')",
      "args.other != 'x'",
      "args.other > 5",
      "true",
    );
    const condition: fc.Arbitrary<string> = fc.letrec<{ it: string }>((tie) => ({
      it: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        leaf,
        fc.tuple(tie("it"), tie("it")).map(([a, b]) => `(${a} && ${b})`),
        fc.tuple(tie("it"), tie("it")).map(([a, b]) => `(${a} || ${b})`),
        tie("it").map((a) => `!(${a})`),
        fc.tuple(tie("it"), tie("it"), tie("it")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      ),
    })).it;
    const seen = { held: 0, impossible: 0 };
    fc.assert(
      fc.property(condition, fc.array(facts, { minLength: 5, maxLength: 5 }), (text, all) => {
        const checked = compileChecked(text, { facts: { ...names, args: {} } }, "bool");
        if (isProblem(checked)) throw new Error(`${text}: ${checked.message}`);
        const ways = waysOf(checked.node);
        const canHold = ways === null || ways.some((way) => isPossible(way, names));
        const evaluate = evaluating(checked);
        const held = all.some(
          (given) => evaluate({ ...given, args: { other: 7 } }).holds === "true",
        );
        if (held) expect({ text, canHold }).toEqual({ text, canHold: true });
        seen[held ? "held" : canHold ? "held" : "impossible"] += 1;
      }),
      { numRuns: cases(5_000), seed: 7 },
    );
    expect(seen.impossible).toBeGreaterThan(0);
  });
});
