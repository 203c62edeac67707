import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../../test/given/cases.ts";
import type { Json, JsonObject } from "../../json.ts";
import { conversionTable, isAssignable, parseType, typeOfSchema } from "../index.ts";
import type { TypeRef } from "../workflow.ts";

const DECLARED: Record<string, JsonObject> = {
  Customer: {
    type: "object",
    required: ["id", "name"],
    properties: {
      id: "UUID",
      name: { type: "string" },
      age: "integer?",
      site: "URL",
      friends: "Customer[]",
    },
  },
  Person: { type: "object", properties: { name: { type: "string", required: true } } },
  Level: { type: "string", enum: ["low", "high"] },
  Tag: { type: "string", pattern: "^(a+)+$" },
  Broken: { type: "string", minLength: "many" },
};
const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

const type = (text: string): TypeRef => parseType(text, DECLARED).type;
const convert = (text: string | JsonObject, value: Json): ReturnType<TypeRef["convert"]> =>
  (typeof text === "string" ? type(text) : typeOfSchema(text, DECLARED).type).convert(value);
const why = (text: string | JsonObject, value: Json): string => {
  const result = convert(text, value);
  return result.ok ? "" : result.why;
};

describe("a type as written", () => {
  test.each([
    ["string", { type: "string" }],
    ["text", { type: "string" }],
    ["UUID[]", { type: "array", items: { type: "string", format: "uuid" } }],
    ["url", { type: "string", format: "uri" }],
    ["number?", { type: ["number", "null"] }],
    ["integer[]?", { type: ["array", "null"], items: { type: "integer" } }],
    [
      "integer?[][]",
      { type: "array", items: { type: "array", items: { type: ["integer", "null"] } } },
    ],
    ["Level?", { anyOf: [DECLARED["Level"], { type: "null" }] }],
    [" datetime ", { type: "string", format: "date-time" }],
    ["any", {}],
  ])("%s is a schema", (text, schema) => {
    const parsed = parseType(text, DECLARED);
    expect(parsed).toMatchObject({ known: true, unknown: [], wrong: null });
    expect(parsed.type.schema).toEqual(schema);
    expect(parsed.type.text).toBe(text.trim());
  });

  test("that nobody declared passes anything, and its name is given for the warning", () => {
    const parsed = parseType("TestResults[]", DECLARED);
    expect(parsed).toMatchObject({ known: false, unknown: ["TestResults"], wrong: null });
    expect(parsed.type.convert([{ any: 1 }, 2])).toEqual({ ok: true, value: [{ any: 1 }, 2] });
    expect(parseType("Config", {}).type.convert(null)).toEqual({ ok: true, value: null });
  });

  test.each(["", "[]", "A B", "list<string>", "string[", "?"])(
    "%j is none, and says so",
    (text) => {
      expect(parseType(text, {}).wrong).toContain("is no type");
      expect(parseType(text, {}).type.convert(5)).toEqual({ ok: true, value: 5 });
    },
  );

  test("may be a schema, with types by name in it, and one that contains itself", () => {
    expect(typeOfSchema({ type: "UUID[]", minItems: 1 }, DECLARED).type.schema).toEqual({
      type: "array",
      items: { type: "string", format: "uuid" },
      minItems: 1,
    });
    const { type: customer, known } = parseType("Customer", DECLARED);
    expect(known).toBe(true);
    expect(customer.schema["properties"]).toMatchObject({
      id: { type: "string", format: "uuid" },
      age: { type: ["integer", "null"] },
      friends: { type: "array", items: {} },
    });
    expect(typeOfSchema({ $ref: "#/x" }, {}).wrong).toContain("$ref is not followed");
    expect(parseType("Broken", DECLARED).wrong).toContain("no JSON Schema");
  });
});

describe("a value that fits its type", () => {
  test.each<[string, Json]>([
    ["Customer", { id: ID, name: "Ann", age: null, more: [1] }],
    ["Customer[]", [{ id: ID, name: "Ann", age: 3, site: "https://example.com" }]],
    ["string[]", ["a", "b"]],
    ["integer", 12],
    ["Level", "low"],
    ["timestamp", "2026-01-15T10:00:00+08:00"],
    ["UUID", ID.toUpperCase()],
    ["duration", 90],
    ["money", "HKD 500.50"],
    ["object", {}],
    ["list", [1, "a"]],
    ["any", [null]],
  ])("of %s is given as it is, without a copy", (text, value) => {
    const result = convert(text, value);
    expect(result.ok && result.value).toBe(value);
  });

  test("is read as often per item in a long list as in a short one", () => {
    const texts = type("string[]");
    const readsOf = (length: number): number => {
      let reads = 0;
      const ids = new Proxy(
        Array.from({ length }, () => ID),
        {
          get: (list, key) => {
            reads += 1;
            return Reflect.get(list, key) as unknown;
          },
        },
      );
      expect(texts.convert(ids).ok).toBe(true);
      return reads / length;
    };
    expect(readsOf(10_000)).toBeLessThanOrEqual(readsOf(100));
  });
});

describe("the table of conversions", () => {
  const examples = conversionTable.flatMap((row) =>
    row.examples.map((example) => ({ row: `${row.from} to ${row.to}`, ...example })),
  );

  test.each(
    examples.map((example) => [`${example.row}: ${JSON.stringify(example.given)}`, example]),
  )("%s", (_, example) => {
    const result = convert(example.type, example.given);
    // A refusal is compared by the part of its sentence that the example has.
    const part = "refused" in example ? example.refused : null;
    const told = result.ok
      ? { gives: result.value }
      : { refused: part !== null && result.why.includes(part) ? part : result.why };
    expect(told).toEqual("gives" in example ? { gives: example.gives } : { refused: part });
  });

  test("has every conversion that is promised, each with an example of it and one of a refusal or a loss", () => {
    const pairs = new Set(conversionTable.map(({ from, to }) => `${from}>${to}`));
    const promised =
      "text>number text>integer text>boolean text>date text>timestamp text>duration text>URL text>UUID number>text one>list text>list text>object";
    expect([...pairs]).toEqual(expect.arrayContaining(promised.split(" ")));
    expect(conversionTable.filter(({ examples: { length } }) => length < 2)).toEqual([]);
  });

  test("reads JSON and CSV behind a byte order mark, and a CSV with lone carriage returns", () => {
    const mark = "\uFEFF";
    expect(convert("integer[]", `${mark}[1]`)).toEqual({ ok: true, value: [1] });
    expect(convert("object", `${mark}{"a": 1}`)).toEqual({ ok: true, value: { a: 1 } });
    const row = { ok: true, value: [{ a: "1", b: "2" }] };
    expect(convert("object[]", `${mark}a,b\r\n1,2\r\n`)).toEqual(row);
    expect(convert("object[]", "a,b\r1,2\r")).toEqual(row);
    expect(convert("object[]", '"a";b\n1;2')).toEqual(row);
    expect(convert("object[]", '"x,y,z";b\n1;2')).toMatchObject({ value: [{ "x,y,z": "1" }] });
  });

  test("names the field that may not be there", () => {
    const closed = { type: "object", properties: { a: "string" }, additionalProperties: false };
    expect(convert(closed, { a: "x", z: 1 })).toMatchObject({
      why: expect.stringMatching(/additional properties: "z"$/),
    });
  });

  test("lets nothing in that a log does not give back", () => {
    const deep = `${"[".repeat(201)}${"]".repeat(201)}`;
    for (const text of ["[-1e999]", '[{"__proto__": 1}]', deep])
      expect(convert("list", text)).toMatchObject({ ok: false });
    expect(convert({ type: "integer", convert: "lossy" }, "-0.7")).toEqual({ ok: true, value: 0 });
  });

  test("reaches into lists and objects, and copies only what changes", () => {
    const site = { id: ID, name: "Ann", site: " https://example.com " };
    const rows = [{ id: ID, name: "Bo" }, site];
    const result = convert("Customer[]", rows);
    if (!result.ok || !Array.isArray(result.value)) throw new Error("refused");
    expect(result.value).toEqual([rows[0], { ...site, site: "https://example.com" }]);
    expect(result.value[0]).toBe(rows[0]);
    expect(rows[1]).toEqual(site);
  });

  test("reads a whole CSV into declared rows, and says which cell is wrong", () => {
    const header = "id,name,age,site";
    const csv = `${header}\n${ID},Ann,30,https://a.example\n${ID},Bo,,https://b.example`;
    expect(convert("Customer[]", csv)).toEqual({
      ok: true,
      value: [
        { id: ID, name: "Ann", age: 30, site: "https://a.example" },
        { id: ID, name: "Bo", age: null, site: "https://b.example" },
      ],
    });
    expect(why("Customer[]", `${header}\n${ID},Ann,old,https://a.example`)).toBe(
      '[0].age: "old" is no number',
    );
    expect(why("Customer[]", `name\nAnn`)).toContain("[0]: must have required property 'id'");
  });

  test.each<[string | JsonObject, Json, string]>([
    ["UUID", [1], "a list is no UUID"],
    ["Customer[]", true, "true is no object"],
    ["Level", "middle", 'must be equal to one of the allowed values: "low", "high"'],
    ["string", null, "null is no text"],
    ["Customer", { id: ID }, "must have required property 'name'"],
    ["Person", {}, "must have required property 'name'"],
    [{ type: "integer", minimum: 1 }, "0", "must be >= 1"],
    ["duration", -5, "must match format"],
    ["boolean", 1, "1 is no boolean"],
  ])("%j does not take %j, with a sentence", (text, value, sentence) => {
    expect(why(text, value)).toContain(sentence);
  });

  test("a cruel pattern in a type comes to an end for a long value", () => {
    // Tried way by way it would take longer than the world has stood.
    expect(why("Tag", `${"a".repeat(5_000)}!`)).toContain("must match pattern");
  });

  test("never throws, and what it gives fits", () => {
    const texts =
      "string number integer boolean date timestamp duration URL UUID email path money object list any Customer Customer[] integer[] string?[] object[] Level".split(
        " ",
      );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<Json>(
        "12",
        "[1]",
        "{}",
        '{"id":1}',
        "a,b\n1,2",
        "\n",
        "",
        " ",
        "P1D",
        "1d",
        ID,
        "2026-01-15",
      ),
    );
    let converted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...texts), value, (text, given) => {
        const result = convert(text, given as Json);
        if (!result.ok) return;
        converted++;
        expect(convert(text, result.value)).toEqual(result);
      }),
      { numRuns: cases(3_000), seed: 20_261_120 },
    );
    expect(converted).toBeGreaterThan(cases(500));
  }, 60_000);
});

describe("what a step gives, for what another takes", () => {
  const judge = (from: string, to: string): string => {
    const result = isAssignable(type(from), type(to));
    return result.ok ? "ok" : result.why;
  };

  test.each([
    ["string", "string"],
    ["any", "UUID[]"],
    ["Unknown[]", "Customer[]"],
    ["Customer[]", "Unknown"],
    ["string", "number"],
    ["string", "Customer[]"],
    ["string", "object"],
    ["UUID", "string"],
    ["number", "string"],
    ["number", "integer"],
    ["integer", "duration"],
    ["Customer", "Customer[]"],
    ["Customer[]", "Person[]"],
    ["Customer", "object"],
    ["object", "Customer"],
    ["date", "timestamp"],
    ["string?", "string"],
    ["Level", "string"],
    ["list", "Customer[]"],
  ])("%s passes for %s", (from, to) => {
    expect(judge(from, to)).toBe("ok");
  });

  test.each([
    ["number[]", "UUID", "a list cannot be UUID"],
    ["boolean", "Customer[]", "boolean cannot be an object"],
    ["Customer[]", "Customer", "a list cannot be an object"],
    ["UUID", "URL", "UUID cannot be URL"],
    ["number", "UUID", "number cannot be UUID"],
    ["Person", "Customer", 'there is no "id"'],
    ["Person[]", "Customer[]", '[]: there is no "id"'],
    ["timestamp", "date", "timestamp cannot be date"],
    ["object", "string", "an object cannot be text"],
    ["number[]", "Customer[]", "[]: number cannot be an object"],
  ])("%s can never be %s, and it says why", (from, to, sentence) => {
    expect(judge(from, to)).toBe(`${from} is not ${to}: ${sentence}`);
  });

  test("choices that have nothing in common can never meet", () => {
    const of = (choices: readonly string[]): TypeRef =>
      typeOfSchema({ type: "string", enum: choices }, {}).type;
    expect(isAssignable(of(["a"]), of(["b"])).ok).toBe(false);
    expect(isAssignable(of(["a", "b"]), of(["b", "c"])).ok).toBe(true);
  });
});
