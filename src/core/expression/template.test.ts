import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText } from "../../../test/given/any-text.ts";
import { cases } from "../../../test/given/cases.ts";
import type { Json } from "../json.ts";
import {
  compile,
  compileTemplate,
  evaluateTemplate,
  isProblem,
  type Names,
  type Outcome,
  readsOf,
  type Scope,
  type Template,
  type TemplateProblem,
} from "./index.ts";

const NAMES: Names = {
  steps: { "1": { rows: { type: "array" } }, load: null },
  params: { size: { type: "integer" }, name: { type: "string" } },
  item: {},
};
const ROWS = Array.from({ length: 100_000 }, (_, id) => ({ id }));
const SCOPE: Scope = {
  name: (name) =>
    name === "params"
      ? { size: 5, name: "Ann" }
      : name === "item"
        ? { a: null, b: [1] }
        : undefined,
  step: (id) => (id === "1" ? { rows: ROWS } : undefined),
};

function templateOf(value: Json): Template {
  const template = compileTemplate(value, NAMES);
  if ("problems" in template) throw new Error(JSON.stringify(template.problems));
  return template;
}

function problemsOf(value: Json): readonly TemplateProblem[] {
  const template = compileTemplate(value, NAMES);
  return "problems" in template ? template.problems : [];
}

const given = (value: Json): Outcome => evaluateTemplate(templateOf(value), SCOPE);

describe("a value as written in a file", () => {
  test.each<[Json, Json]>([
    ["$params.size", 5],
    ["$size(params.name) + 1", 4],
    ["$(params.size > 3)", true],
    ['$["a", params.name]', ["a", "Ann"]],
    ["$!has(item.a)", true],
  ])("T1 %j is an expression as a whole", (value, result) => {
    expect(given(value)).toEqual({ kind: "value", value: result });
  });

  test.each<[Json, Json]>([
    ["$$5.00", "$5.00"],
    ["$$params.size", "$params.size"],
    ["costs $$5 or $5", "costs $5 or $5"],
    ["US$$${params.size}", "US$5"],
    ["$${params.size}", "${params.size}"],
  ])("T2 %j has a literal dollar", (value, result) => {
    expect(given(value)).toEqual({ kind: "value", value: result });
  });

  test.each<[Json, Json]>([
    ["${params.name} has ${params.size}", "Ann has 5"],
    ["${params.size}", "5"],
    ["a ${item.b} and ${$params.size > 3}", "a [1] and true"],
    ['${"}" + params.name} ${{"a": {"b": 1}}}', '}Ann {"a":{"b":1}}'],
  ])("T3 %j inserts into the text", (value, result) => {
    expect(given(value)).toEqual({ kind: "value", value: result });
  });

  test("T4 without expressions is plain as a whole, and is given as it is", () => {
    const value = { a: [1, null, "x", { b: true }], c: "text", d: 1.5 };
    const template = templateOf(value);
    expect(template).toEqual({ kind: "plain", value });
    expect(template.kind === "plain" && template.value).toBe(value);
    expect(given({ price: "$$5" })).toEqual({ kind: "value", value: { price: "$5" } });
  });

  test("is filled in at every depth, also under names that objects have", () => {
    const value = JSON.parse(
      '{"a":[1,"$params.size",{"b":"${params.name}!"}],"__proto__":"$item.b"}',
    );
    const expected = JSON.parse('{"a":[1,5,{"b":"Ann!"}],"__proto__":[1]}');
    const outcome = given(value);
    expect(outcome.kind === "value" && JSON.stringify(outcome.value)).toBe(
      JSON.stringify(expected),
    );
  });

  test("is undetermined if any part is, and all that is missing is named", () => {
    expect(given({ a: "$item.a", b: ["x ${load.b}", 1], c: "$params.size" })).toEqual({
      kind: "undetermined",
      missing: ["item.a", "load.b"],
    });
    expect(given({ a: "$item.a", b: "$params.size / 0 == 1 || item.z" }).kind).toBe("fault");
    expect(given("null: ${[null][0]}").kind).toBe("undetermined");
  });

  test("has all its problems at once, each with its path and offset", () => {
    const value = {
      a: "$params.sise",
      b: ["ok", "x ${item.y} ${step1.row}"],
      c: "${params.size",
      d: "$5.00",
    };
    expect(problemsOf(value)).toMatchObject([
      { code: "unknown-param", path: ["a"], offset: 8, length: 4 },
      { code: "unknown-output", path: ["b", 1], offset: 20, length: 3 },
      { code: "bad-expression", path: ["c"], offset: 0 },
      { code: "bad-expression", path: ["d"], mend: 'For a dollar sign write two: "$$5.00".' },
    ]);
  });

  test("that must be a list says so, when it is read or when it comes", () => {
    const size = compileTemplate("$params.size", NAMES, "list");
    expect("problems" in size && size.problems[0]?.message).toContain("a list is needed");
    const open = compileTemplate("$item", NAMES, "list");
    if ("problems" in open) throw new Error("refused");
    expect(evaluateTemplate(open, SCOPE).kind).toBe("fault");
  });

  test("deeper than anybody writes is a problem and no overflow", () => {
    let deep: Json = "$params.size";
    for (let level = 0; level < 5_000; level++) deep = [deep];
    expect(problemsOf(deep)).toMatchObject([{ code: "limit" }]);
  });

  test("lists what it reads, each path once", () => {
    const value = { a: "$step1.rows", b: "${params.name} ${step1.rows}", c: ["$size(load.x)"] };
    expect(readsOf(templateOf(value))).toEqual([
      ["steps", "1", "rows"],
      ["params", "name"],
      ["steps", "load", "x"],
    ]);
  });
});

describe("an expression that is nothing but a path", () => {
  test("gives a large value as it is, without a copy", () => {
    const outcome = given("$step1.rows");
    expect(outcome.kind === "value" && outcome.value).toBe(ROWS);
    const inside = given({ rows: "$step1.rows" });
    expect(inside).toEqual({ kind: "value", value: { rows: ROWS } });
  });

  test("is looked up in a long list without going through it, and so is its length", () => {
    for (const [text, least] of [
      ["$step1.rows", 0],
      ["$step1.rows[99999].id", 1],
      ["$size(step1.rows) > 50000", 0],
    ] as const) {
      const { scope, reads } = countedRows();
      expect(evaluateTemplate(templateOf(text), scope).kind).toBe("value");
      expect([text, reads()]).toEqual([text, least]);
    }
  });
});

/** A scope that counts how many items of its long list are read. */
function countedRows(): { readonly scope: Scope; readonly reads: () => number } {
  const items = new Set<string>();
  const rows = new Proxy(ROWS, {
    get: (list, key) => {
      if (typeof key === "string" && /^\d+$/.test(key)) items.add(key);
      return Reflect.get(list, key) as unknown;
    },
  });
  const scope: Scope = { ...SCOPE, step: (id) => (id === "1" ? { rows } : undefined) };
  return { scope, reads: () => items.size };
}

describe("whatever the text", () => {
  const WORDS = [
    "$",
    "${",
    "}",
    "$$",
    "step1",
    "steps",
    ".",
    "params",
    "size",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "&&",
    "||",
    "!",
    "-",
    "create-tenants",
    "has",
    "default",
    "all",
    "x",
    ",",
    "?",
    ":",
    "1",
    "0.5",
    " ",
    "in",
    "true",
    "null",
    "==",
    "timestamp",
    "duration",
    "like",
    "\\",
    "\n",
    "//",
    "load",
    "item",
    "9e99",
    "__proto__",
    "constructor",
    "+",
    "%",
    "b'",
    'r"',
    "\u0000",
    "😀",
    "0x",
    "u",
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...WORDS), { maxLength: 24 }).map((words) => words.join("")),
    anyText(60),
  );
  const scopes: readonly Scope[] = [
    SCOPE,
    { name: () => undefined, step: () => undefined },
    { name: () => null, step: () => [] },
    { name: () => "text", step: () => 1 },
  ];

  test("reading never throws, and a problem points into the text", () => {
    fc.assert(
      fc.property(text, (written) => {
        const result = compile(written, NAMES);
        if (!isProblem(result)) return;
        expect(result.message).not.toBe("");
        expect(result.offset).toBeGreaterThanOrEqual(0);
        expect(result.offset + result.length).toBeLessThanOrEqual(written.length + 1);
      }),
      { numRuns: cases(5_000), seed: 20_261_121 },
    );
  }, 60_000);

  test("E5 a value nested fifty thousand deep is a fault and no overflow", () => {
    const nested = (): Json => {
      let deep: Json = 1;
      for (let level = 0; level < 50_000; level++) deep = [deep];
      return deep;
    };
    const scope: Scope = { name: nested, step: nested };
    for (const text of ["$item == load", "a ${item} b"])
      expect(evaluateTemplate(templateOf(text), scope).kind).toBe("fault");
    expect(evaluateTemplate(templateOf("$item"), scope).kind).toBe("value");
  });

  test("E5 evaluating never throws, and gives JSON or says why not", () => {
    let evaluated = 0;
    const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.jsonValue());
    fc.assert(
      fc.property(value, (written) => {
        const template = compileTemplate(written as Json, NAMES);
        if ("problems" in template) return;
        for (const scope of scopes) {
          const outcome = evaluateTemplate(template, scope);
          evaluated++;
          expect(outcome.kind !== "value" || JSON.stringify(outcome.value) !== undefined).toBe(
            true,
          );
        }
      }),
      { numRuns: cases(5_000), seed: 20_261_122 },
    );
    expect(evaluated).toBeGreaterThan(cases(2_000));
  }, 60_000);
});
