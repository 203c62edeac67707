import { describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { compile, type ExpressionProblem, isProblem, type Names, type Outcome } from "./index.ts";
import { explain } from "./reckoning/explain.ts";

const CUSTOMER = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, age: { type: "integer" }, active: { type: "boolean" } },
} as const;

const NAMES: Names = {
  steps: {
    "1": { customer_list: { type: "array", items: CUSTOMER }, "tenant-ids": { type: "array" } },
    load: { rows: { type: "array" }, count: { type: "integer" }, at: { type: "string" } },
    "create-tenants": { ids: { type: "array", items: { type: "string" } } },
    import: null,
    open: null,
  },
  params: {
    size: { type: "integer" },
    "batch-size": { type: "integer" },
    name: { type: "string" },
  },
  item: CUSTOMER,
  index: true,
  round: true,
  outputs: { message_id: { type: "string" } },
  event: {},
  case: { type: "object" },
};

const STEPS: Record<string, Json> = {
  "1": {
    customer_list: [
      { name: "Ann", age: 30, active: true },
      { name: "Bo", age: 17, active: false },
    ],
    "tenant-ids": ["t1"],
  },
  load: { rows: [1, 2, 3], count: 3, at: "2026-01-15T10:00:00Z" },
  "create-tenants": { ids: ["a", "b"] },
  import: { in: 5 },
  open: { deep: { nothing: null, list: [] } },
};
const ROOTS: Record<string, Json> = {
  params: { size: 5, "batch-size": 50, name: "Ann" },
  item: { name: "Ann", age: 30, active: true },
  index: 0,
  round: 2,
  outputs: { message_id: "m1" },
  event: { kind: "paid" },
  case: { id: 7 },
  run: { id: "wf_1234" },
};
const SCOPE = { name: (name: string) => ROOTS[name], step: (id: string) => STEPS[id] };

function outcome(text: string, names: Names = NAMES): Outcome {
  const expression = compile(text, names);
  if (isProblem(expression)) throw new Error(`${text}: ${JSON.stringify(expression)}`);
  return expression.evaluate(SCOPE);
}

function valueOf(text: string): Json {
  const result = outcome(text);
  if (result.kind !== "value") throw new Error(`${text}: ${JSON.stringify(result)}`);
  return result.value;
}

function problemOf(
  text: string,
  expected?: "bool" | "list",
  names: Names = NAMES,
): ExpressionProblem {
  const problem = compile(text, names, expected);
  if (!isProblem(problem)) throw new Error(`${text} was accepted`);
  return problem;
}

/** The part of the text that a problem points at. */
function pointed(text: string): string {
  const { offset, length } = problemOf(text);
  return text.slice(offset, offset + length);
}

describe("a name in an expression", () => {
  test.each([
    ["$step1.customer_list[0].name", "Ann"],
    ["step1.customer_list[0].name", "Ann"],
    ["$steps.1.customer_list[1].name", "Bo"],
    ["steps.1.customer_list[1].age", 17],
    ['steps["1"].customer_list[1].age', 17],
    ["steps[1].customer_list[1].age", 17],
    ["$steps.load.rows", [1, 2, 3]],
    ["steps.load.rows", [1, 2, 3]],
    ["$load.rows", [1, 2, 3]],
    ["load.count", 3],
    ["$steps.create-tenants.ids", ["a", "b"]],
    ["steps.create-tenants.ids", ["a", "b"]],
    ["$create-tenants.ids", ["a", "b"]],
    ["create-tenants.ids[0]", "a"],
    ['steps["create-tenants"].ids', ["a", "b"]],
    ["$step1.tenant-ids", ["t1"]],
    ["$import.in", 5],
    ["import.in + 1", 6],
    ["$params.size", 5],
    ["$params.batch-size", 50],
    ["$params.size-1", 4],
    ["$load.count-1", 2],
    ["$params.batch-size-1", 49],
    ["$index", 0],
    ["$index-1", -1],
    ["$round", 2],
    ["$item.name", "Ann"],
    ["$item", { name: "Ann", age: 30, active: true }],
    ["$outputs.message_id", "m1"],
    ["$event.kind", "paid"],
    ["$case.id", 7],
    ["$run.id", "wf_1234"],
    ["$size(load.rows) + $params.size", 8],
    ["$(params.size)", 5],
    ['"$params.size ${x} create-tenants"', "$params.size ${x} create-tenants"],
    ["step1.customer_list.map(index, index.name)", ["Ann", "Bo"]],
  ])("%s is read with and without the dollar", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test("that is a step's own id wins over the number in it", () => {
    const names: Names = { steps: { step1: null, "1": null, "2": null } };
    const steps: Record<string, Json> = { step1: "own", "1": "one", "2": "two" };
    const scope = { name: () => undefined, step: (id: string) => steps[id] };
    const read = (text: string): Json => {
      const expression = compile(text, names);
      if (isProblem(expression)) throw new Error(expression.message);
      const result = expression.evaluate(scope);
      return result.kind === "value" ? result.value : null;
    };
    expect([read("$step1"), read("$steps.1"), read("$step2")]).toEqual(["own", "one", "two"]);
  });

  test.each([
    ["$step1.customer_lst", "unknown-output", "customer_lst", 'Did you mean "customer_list"?'],
    ["$nobody", "unknown-step", "nobody", "Names here: step1, load"],
    ["$step7.rows", "unknown-step", "step7", "Names here: step1, load"],
    ["$steps.laod.rows", "unknown-step", "laod", 'Did you mean "load"?'],
    ["$create-tenant.ids", "unknown-step", "create-tenant", 'Did you mean "create-tenants"?'],
    ['steps["nope"].rows', "unknown-step", '"nope"', "Steps here: 1, load"],
    ["$params.sise > 5", "unknown-param", "sise", 'Did you mean "size"?'],
    ["$item.nmae", "bad-expression", "nmae", 'Did you mean "name"?'],
    ["$step1.customer_list[0].nam", "unknown-output", "nam", 'Did you mean "name"?'],
    ["$outputs.mesage_id", "unknown-output", "mesage_id", 'Did you mean "message_id"?'],
    ["steps", "bad-expression", "steps", "Name a step"],
    ["$run.number", "bad-expression", "number", "Fields here: id"],
  ])("%s that nobody declared is refused where it stands", (...row) => {
    const [text, code, part, mend] = row;
    const problem = problemOf(text);
    expect(problem.code).toBe(code);
    expect(pointed(text)).toBe(part);
    expect(problem.mend).toContain(mend);
  });

  test("has no meaning where it is not in scope, and the problem says where it has", () => {
    const names: Names = { params: {} };
    expect(problemOf("$item.name", undefined, names).mend).toBe(
      "It stands inside an each. Here: params, run.",
    );
    expect(problemOf("$round > 1", undefined, names).mend).toContain("inside a repeat");
    expect(problemOf("$params.x", undefined, {}).code).toBe("unknown-param");
  });

  test("of a step with open outputs may have any field", () => {
    expect(outcome("$open.whatever")).toEqual({ kind: "undetermined", missing: ["open.whatever"] });
  });

  test("is listed in what the expression reads, each path once and up to the first index", () => {
    const expression = compile(
      'size($load.rows) > params.size && step1.customer_list[0].name == "x" && load.rows[index] == case.id && steps["create-tenants"].ids.all(i, i != item.name) || load.rows == []',
      NAMES,
    );
    expect(isProblem(expression) ? expression : expression.reads).toEqual([
      ["steps", "load", "rows"],
      ["params", "size"],
      ["steps", "1", "customer_list"],
      ["index"],
      ["case", "id"],
      ["steps", "create-tenants", "ids"],
      ["item", "name"],
    ]);
  });
});

describe("a number in an expression", () => {
  test.each([
    ["1 == 1.0", true],
    ["load.count + 1", 4],
    ["load.count + 0.5", 3.5],
    ["5 / 2", 2.5],
    ["int(5 / 2)", 2],
    ["7 % 3", 1],
    ["-params.size", -5],
    ["size(load.rows) > 2.5", true],
    ["size(load.rows) == 3.0", true],
    ["load.rows[1.0]", 2],
    ["load.rows[size(load.rows) - 1]", 3],
    ["0xFF", 255],
    ["1u + 1", 2],
    ["3 in load.rows", true],
    ["round(2.5)", 3],
    ["round(-2.5)", -3],
    ["round(2.345, 2)", 2.35],
    ["min(3, 2) + max(1, 4) + abs(-1) + floor(1.9) + ceil(1.1)", 10],
    ["sum(load.rows)", 6],
    ["max(load.rows)", 3],
    ["double('1.5') + int('2')", 3.5],
  ])("%s is a number as in JSON: there is one kind of it", (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test.each([
    ["load.count / 0", "division by zero"],
    ["load.count % 0", "division by zero"],
    ["load.count * 9007199254740991", "beyond the whole numbers that are exact"],
    ["load.count * 1e308 * 1e308", "too large"],
  ])("%s is a fault and never a wrong number", (text, message) => {
    const result = outcome(text);
    expect(result).toMatchObject({ kind: "fault" });
    expect(result.kind === "fault" && result.message).toContain(message);
  });

  test("beyond what is exact is refused when it is read", () => {
    expect(problemOf("params.size > 12345678901234567890").message).toContain("2^53");
    expect(problemOf("1 / 0").message).toContain("division by zero");
  });
});

describe("what is missing", () => {
  test("E1 absent and null are neither true nor false", () => {
    const absent = { kind: "undetermined", missing: ["open.deep.nothing"] };
    expect(outcome("open.deep.nothing > 5")).toEqual(absent);
    expect(outcome("!open.deep.nothing")).toEqual(absent);
    expect(outcome("open.deep.nothing")).toEqual(absent);
    expect(outcome("open.deep.other.more == 1")).toEqual({
      kind: "undetermined",
      missing: ["open.deep.other.more"],
    });
    expect(outcome("open.deep.list[0].name == 1")).toEqual({
      kind: "undetermined",
      missing: ["open.deep.list[0].name"],
    });
  });

  test("E2 what settles the matter wins over what is missing or at fault, on either side", () => {
    for (const other of ["open.no", "1 / params.zero == 1", "params.size / 0 == 1"]) {
      const names = { ...NAMES, params: null };
      expect(outcome(`false && ${other}`, names)).toEqual({ kind: "value", value: false });
      expect(outcome(`${other} && false`, names)).toEqual({ kind: "value", value: false });
      expect(outcome(`true || ${other}`, names)).toEqual({ kind: "value", value: true });
      expect(outcome(`${other} || true`, names)).toEqual({ kind: "value", value: true });
    }
  });

  test("E3 a fault is stronger than a missing datum", () => {
    expect(outcome("open.no && params.size / 0 == 1").kind).toBe("fault");
    expect(outcome("params.size / 0 == 1 && open.no").kind).toBe("fault");
    expect(outcome("open.no == params.size / 0").kind).toBe("fault");
  });

  test("E4 all that is missing is named", () => {
    expect(outcome("open.a > 1 && open.b == open.c")).toEqual({
      kind: "undetermined",
      missing: ["open.a", "open.b", "open.c"],
    });
  });

  test("has and default are how an author asks for it", () => {
    expect(valueOf("has(open.deep.nothing)")).toBe(false);
    expect(valueOf("has(open.a.b.c)")).toBe(false);
    expect(valueOf("has(params.size) && params.size == 5")).toBe(true);
    expect(valueOf("default(open.deep.nothing, 3)")).toBe(3);
    expect(valueOf("default(open.a.b, default(open.c, 4)) + 1")).toBe(5);
    expect(valueOf("default(params.size, 3)")).toBe(5);
  });
});

describe("the engine's faults are not the author's", () => {
  test("2.3/1 timestamps and durations are ours, and go back as ISO 8601 and seconds", () => {
    expect(
      valueOf('timestamp(load.at) - timestamp("2026-01-15T09:00:00Z") > duration("30m")'),
    ).toBe(true);
    expect(valueOf('timestamp(load.at) + duration("36h")')).toBe("2026-01-16T22:00:00.000Z");
    expect(valueOf('{"wait": [duration("1h30m")]}')).toEqual({ wait: [5400] });
    expect(valueOf('timestamp("2026-01-15T18:00:00+08:00") in [timestamp(load.at)]')).toBe(true);
    expect(valueOf("timestamp(load.at).getHours() + timestamp(load.at).getDayOfWeek()")).toBe(14);
  });

  test("2.3/2 whole numbers need no type of their own", () => {
    expect(valueOf("load.count + 1 == 4.0 && size(load.rows) + 0.5 > 3")).toBe(true);
  });

  test("2.3/3 a null is as good as absent, and comparing with it says what to write", () => {
    expect(valueOf("has(open.deep.nothing)")).toBe(false);
    expect(valueOf('"nothing" in open.deep')).toBe(false);
    expect(problemOf("params.size == null").mend).toBe("Write !has(params.size).");
    expect(problemOf("params.size != null").mend).toBe("Write has(params.size).");
  });

  test("2.3/4 matches is refused; like comes to an end for a cruel pattern", () => {
    expect(problemOf('params.name.matches("^(a+)+$")').mend).toBe('Write like(text, "pattern").');
    const names: Names = { params: null };
    const expression = compile('like(params.text, "^(a+)+$")', names);
    if (isProblem(expression)) throw new Error(expression.message);
    const scope = { name: () => ({ text: `${"a".repeat(5_000)}!` }), step: () => undefined };
    // Tried way by way it would take longer than the world has stood.
    expect(expression.evaluate(scope)).toEqual({ kind: "value", value: false });
  });

  test("2.3/5 a comprehension has one level and at most 1,000 items", () => {
    const text = "load.rows.all(x, load.rows.exists(y, x == y))";
    expect(problemOf(text).message).toContain("inside another comprehension");
    expect(valueOf("load.rows.filter(x, x > 1).map(x, x * 2)")).toEqual([4, 6]);
    const expression = compile("open.rows.all(x, x > 0)", NAMES);
    if (isProblem(expression)) throw new Error(expression.message);
    const rows = (count: number) => ({
      name: () => undefined,
      step: () => ({ rows: Array.from({ length: count }, () => 1) }),
    });
    expect(expression.evaluate(rows(1_000))).toEqual({ kind: "value", value: true });
    expect(expression.evaluate(rows(1_001))).toEqual({
      kind: "fault",
      message: "open.rows has 1001 items; all takes at most 1000: let a step do it",
    });
  });

  test.each([
    ['duration("3 days")', '"3 days"', 'duration("72h")'],
    ['timestamp("2026-02-30T00:00:00Z")', '"2026-02-30T00:00:00Z"', "with its zone"],
    ['timestamp("2026-01-15T10:00:00")', '"2026-01-15T10:00:00"', "with its zone"],
    ['like(params.name, "(")', '"("', ""],
    ['params.name.like("[")', '"["', ""],
    ['int("twelve")', '"twelve"', ""],
  ])("2.3/6 the literal in %s is read at once", (text, part, mend) => {
    expect(pointed(text)).toBe(part);
    expect(problemOf(text).mend ?? "").toContain(mend);
  });

  test.each([
    ["params.size > 5 and params.size < 9", "and", 'Write && instead of "and".'],
    ["params.size > 5 OR params.size < 9", "OR", 'Write || instead of "OR".'],
    ["not has(params.size)", "not", 'Write ! instead of "not"'],
    ["params.size = 5", "=", "Write == to compare"],
    ["params.size === 5", "===", "Write == to compare"],
    ["params.size =< 5", "=<", "Write <= instead"],
    ["params.size <> 5", "<>", "Write != instead"],
    ["params.size > 1,000", "1,000", "Write 1000: a number has no commas."],
    ["params.size > HKD 500", "HKD 500", 'A text stands in quotes: "HKD 500".'],
    ["params.name == Ann", "Ann", 'A text stands in quotes: "Ann".'],
    ["high", "high", 'A text stands in quotes: "high".'],
    ["params.size > 10%", "10%", "0.1 for 10%"],
    ["params.name == “Ann”", "“", "Write plain quotes"],
    ["if params.size > 5 then 1 else 2", "if", "condition ? this : that"],
    ["(params.size > 5", "", "Each ( needs its )"],
    ['params.name == "Ann', '"Ann', 'Close it with "'],
    ["${params.size} > 5", "${", "without ${ }"],
    ["", "", "Write one"],
    ["now() > timestamp(load.at)", "now()", "has no clock"],
    ["params.name.toLowerCase()", "params.name.toLowerCase()", ".lowerAscii"],
    ["math.abs(params.size)", "math.abs(params.size)", "Write abs(…)."],
  ])("2.3/7 %s is answered with the mend", (text, part, mend) => {
    const problem = problemOf(text);
    expect(`${problem.mend} ${problem.message}`).toContain(mend);
    expect(pointed(text)).toBe(part);
  });
});

describe("a kind that cannot be right", () => {
  test.each([
    ['params.size > "5"', 'Write double("5"), or leave out the quotes.'],
    ["params.name + params.size", "Write string(params.size)."],
    ['load.at < timestamp("2026-01-15")', "Write timestamp(load.at)."],
    ['"a" in params.name', 'Write params.name.contains("a").'],
    ["step1.customer_list.name", "step1.customer_list.map(x, x.name) for all"],
    ["step1.customer_list[-1]", "size(step1.customer_list) - 1"],
    ["params.size && true", "Compare: params.size > 0."],
    ["!(load.rows)", "Compare: size(load.rows) > 0."],
    ["size(params.size)", "It is called size(text)"],
    ["params.size.startsWith('a')", "text.startsWith(text)"],
    ["(params.size > 1 && true) + 1", "of one kind"],
  ])("%s is refused when it is read", (text, mend) => {
    expect(problemOf(text).mend).toContain(mend);
  });

  test("where true or false is needed is refused, before or when it comes", () => {
    expect(problemOf("load.rows", "bool").mend).toBe("Compare: size(load.rows) > 0.");
    expect(problemOf("load.count", "list").mend).toBe("Put it in a list: [load.count].");
    const expression = compile("open.deep.list", NAMES, "bool");
    if (isProblem(expression)) throw new Error(expression.message);
    expect(expression.evaluate(SCOPE)).toEqual({
      kind: "fault",
      message: "true or false is needed, and this gives a list of 0",
    });
  });
});

describe("an expression's functions", () => {
  test.each([
    ['size("äöü€😀")', 5],
    ['"Hello".contains("ell") && "Hello".startsWith("He") && "Hello".endsWith("lo")', true],
    ['" a,b ".trim().split(",").join("-")', "a-b"],
    ['"ABc".lowerAscii() + "abC".upperAscii()', "abcABC"],
    ['"hello".substring(1, 3) + "hello".substring(4)', "elo"],
    ['"a-b-c".replace("-", "+")', "a+b+c"],
    ['"hello".indexOf("l") + "hello".lastIndexOf("l")', 5],
    ['like("order 12", "[0-9]+$")', true],
    ['string(5) + string(true) + string(duration("90s"))', "5true90s"],
    ['bool("true") ? "yes" : "no"', "yes"],
    ['{"a": 1, "b": [params.size]}', { a: 1, b: [5] }],
    ['"a" in {"a": 1}', true],
    ["step1.customer_list.exists(c, c.age < 18 && !c.active)", true],
    ["step1.customer_list.exists_one(c, c.active)", true],
    ["step1.customer_list.filter(c, c.active)[0].name", "Ann"],
    ["step1.customer_list.map(c, c.age > 20, c.name)", ["Ann"]],
    ['{"x": 1, "y": 2}.all(key, key < "z")', true],
    ["[1, 2] + [3]", [1, 2, 3]],
    ["[[1, {'a': null}]] == [[1, {}]]", true],
  ])("%s", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });
});

describe("an explanation", () => {
  test("names each condition with what was read and what came of it", () => {
    const expression = compile("params.size > 9 && (open.x == 1 || size($load.rows) > 2)", NAMES);
    if (isProblem(expression)) throw new Error(expression.message);
    expect(explain(expression, SCOPE)).toBe(
      "params.size > 9 [was 5] → false; " +
        "open.x == 1 [was undetermined (missing open.x)] → undetermined (missing open.x); " +
        "size(load.rows) > 2 [was a list of 3] → true",
    );
  });
});

describe("limits", () => {
  test.each([
    ["length", `params.size > ${"1".repeat(4_000)}`],
    ["parts", `1${" + 1".repeat(400)}`],
    ["depth", `${"(".repeat(60)}1${")".repeat(60)}`],
    ["depth of signs", `${"!".repeat(3_900)}true`],
  ])("an expression beyond its %s is refused with the limit in the message", (_, text) => {
    expect(problemOf(text).message).toMatch(/at most \d+/);
  });
});
