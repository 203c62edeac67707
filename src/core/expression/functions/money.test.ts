import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../json.ts";
import { compile, type ExpressionProblem, isProblem, type Outcome } from "../index.ts";

const FACTS = {
  case: {
    type: "object",
    properties: {
      total: { type: "string", format: "money" },
      dollars: { type: "string", format: "money", currency: "USD" },
      paid: { type: "number", currency: "HKD" },
      plain: { type: "number" },
      tier: { type: "string", enum: ["none", "silver", "gold"] },
      at: { type: "string", format: "date-time" },
      spent: { type: "number", format: "duration" },
      days: { type: "array", items: { type: "string", format: "date" } },
      lines: {
        type: "array",
        items: { type: "object", properties: { price: { type: "number", currency: "HKD" } } },
      },
    },
    additionalProperties: false,
  },
} as const;
const CASE = {
  total: "HKD 640.50",
  dollars: "USD 10",
  paid: 0.1,
  plain: 5,
  tier: "gold",
  at: "2026-11-20T08:00:00Z",
  spent: 7200,
  days: ["2026-11-20", "2026-12-25"],
  lines: [{ price: 0.1 }, { price: 0.2 }],
};

function outcome(text: string, given: Json = CASE): Outcome {
  const expression = compile(text, { facts: FACTS });
  if (isProblem(expression)) throw new Error(`${text}: ${JSON.stringify(expression)}`);
  return expression.evaluate({ name: () => given, step: () => undefined });
}

function problemOf(text: string): ExpressionProblem {
  const problem = compile(text, { facts: FACTS });
  if (!isProblem(problem)) throw new Error(`${text} was accepted`);
  return problem;
}

describe("money", () => {
  test.each([
    ['case.total > money("HKD 500")', true],
    ['case.total == money("640.50 HKD")', true],
    ['case.total - money("HKD 640.49") == money("HKD 0.01")', true],
    ['case.paid * 3 == money("HKD 0.3")', true],
    ['case.paid + money("HKD 0.2") == money("HKD 0.30")', true],
    ['total(case.lines.map(l, l.price), money("HKD 0")) == money("HKD 0.3")', true],
    ['case.total in [money("HKD 1"), money("HKD 640.5")]', true],
    ["currency(case.total)", "HKD"],
    ["case.total * 2", "HKD 1281"],
    ["string(case.paid)", "HKD 0.10"],
    ['money("HKD 5,000") >= money("HKD 4999.999999999")', true],
  ])("%s is %j, exactly", (text, value) => {
    expect(outcome(text)).toEqual({ kind: "value", value });
  });

  test("is compared as it is written, to the last digit, whatever the amounts", () => {
    const amount = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(9));
    fc.assert(
      fc.property(amount, amount, ([a, places], [b]) => {
        const written = (units: bigint): string => {
          const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
          const whole = digits.slice(0, digits.length - places);
          const part = places === 0 ? "" : `.${digits.slice(-places)}`;
          return `HKD ${units < 0n ? "-" : ""}${whole}${part}`;
        };
        const text = `money("${written(a)}") < money("${written(b)}")`;
        expect({ text, ...outcome(text) }).toEqual({ text, kind: "value", value: a < b });
      }),
    );
  });

  test("of two currencies is refused when it is read, and a fault where only the data tells", () => {
    expect(problemOf('case.dollars > money("HKD 5")').message).toMatch(/USD.*HKD.*two currencies/);
    expect(problemOf('case.paid + money("USD 5") > case.total').message).toMatch(/two currencies/);
    for (const sign of ["<", ">=", "==", "!="])
      expect(outcome(`case.total ${sign} money("USD 5")`)).toMatchObject({
        kind: "fault",
        message: expect.stringMatching(/HKD and USD are two currencies/),
      });
    expect(outcome('case.total in [money("USD 5")]').kind).toBe("fault");
  });

  test("that is none is said where it stands", () => {
    expect(problemOf('case.total > money("HKX 5")')).toMatchObject({
      message: "There is no currency HKX.",
      mend: "Did you mean HKD?",
      offset: 19,
    });
    expect(problemOf('case.plain > money("HKD 5")').mend).toMatch(/\{ type: number, currency: HKD/);
    expect(problemOf("case.total > 500").message).toMatch(/an amount of money and 500 is a number/);
    expect(outcome('case.total > money("HKD 5")', { total: "a lot" }).kind).toBe("fault");
    expect(outcome('case.total > money("HKD 5")', {})).toEqual({
      kind: "undetermined",
      missing: ["case.total"],
    });
  });
});

describe("names that are read strictly", () => {
  test.each([
    ['case.at > timestamp("2026-11-19T00:00:00Z")', true],
    ['case.spent > duration("1h30m")', true],
    ['timestamp("2026-12-25") in case.days', true],
    ['case.days.exists(day, day == timestamp("2026-11-20"))', true],
    ["has(case.at) && !has(case.gone)", false],
  ])("are of their declared type: %s", (text, value) => {
    if (text.includes("gone")) expect(problemOf(text).message).toMatch(/no field "gone"/);
    else expect(outcome(text)).toEqual({ kind: "value", value });
  });

  test.each(['case.tier == "silvr"', '"silvr" != case.tier', 'case.tier in ["gold", "silvr"]'])(
    "refuse a value outside their enum: %s",
    (text) => {
      const problem = problemOf(text);
      expect(problem.mend).toBe('Did you mean "silver"?');
      expect(text.slice(problem.offset, problem.offset + problem.length)).toBe('"silvr"');
    },
  );

  test("are read by the clocks of a zone, and one that nobody knows is said where it stands", () => {
    // 08:00 in UTC is 16:00 in Hong Kong; the 31st there is still the 30th in New York.
    expect(outcome('case.at.getHours("Asia/Hong_Kong")')).toEqual({ kind: "value", value: 16 });
    expect(outcome("case.at.getHours()")).toEqual({ kind: "value", value: 8 });
    expect(outcome('case.at.getDayOfWeek("Pacific/Kiritimati")')).toEqual({
      kind: "value",
      value: 5,
    });
    expect(outcome('timestamp("2026-11-01T02:00:00Z").getDate("America/New_York")')).toEqual({
      kind: "value",
      value: 31,
    });
    expect(problemOf('case.at.getHours("Asia/Hongkon") > 5')).toMatchObject({
      message: 'There is no time zone "Asia/Hongkon".',
      offset: 17,
    });
    expect(outcome("case.at.getHours(case.tier) > 5").kind).toBe("fault");
  });

  test("with a number say how a number is made money", () => {
    expect(outcome('money("HKD 5") <= [case.tier, case.plain][1]')).toMatchObject({
      kind: "fault",
      message: expect.stringContaining('write money(the number, "HKD")'),
    });
  });

  test("of a workflow are none of these", () => {
    expect(problemOf("params.x > 1").message).toBe('"params" is no name here.');
  });
});
