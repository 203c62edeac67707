import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { canonical } from "./canonical.ts";

describe("canonical JSON", () => {
  test("numbers, texts and literals of RFC 8785, section 3.2.2", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonical(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test("names in the order of their UTF-16 code units, RFC 8785, section 3.2.3", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const names = Object.keys(JSON.parse(canonical(value)) as object);
    expect(canonical(value).indexOf("Carriage")).toBeLessThan(canonical(value).indexOf("One"));
    expect(names.filter((name) => name !== "1")).toEqual([
      "\r",
      "\u0080",
      "\u00f6",
      "\u20ac",
      "\ud83d\ude00",
      "\ufb33",
    ]);
  });

  test.each([
    [0, "0"],
    [-0, "0"],
    [5e-324, "5e-324"],
    [-5e-324, "-5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [9007199254740992, "9007199254740992"],
    [-9007199254740992, "-9007199254740992"],
    [295147905179352830000, "295147905179352830000"],
    [9.999999999999997e22, "9.999999999999997e+22"],
    [1e23, "1e+23"],
    [1.0000000000000001e23, "1.0000000000000001e+23"],
    [999999999999999700000, "999999999999999700000"],
    [1e21, "1e+21"],
    [9.999999999999997e-7, "9.999999999999997e-7"],
    [0.000001, "0.000001"],
    [333333333.3333332, "333333333.3333332"],
    [333333333.33333343, "333333333.33333343"],
  ])("the number %d of RFC 8785, appendix B", (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  test("names that look like numbers, and the name __proto__, stand in order, too", () => {
    const value = JSON.parse(
      '{"b":{"9":1,"10":{"z":0,"a":[{"d":1,"c":2}]}},"__proto__":{"y":1,"x":2},"a":[]}',
    ) as Json;
    expect(canonical(value)).toBe(
      '{"__proto__":{"x":2,"y":1},"a":[],"b":{"10":{"a":[{"c":2,"d":1}],"z":0},"9":1}}',
    );
    expect(canonical(JSON.parse('{"2":0,"1":{"10":1,"9":2},"a":1}') as Json)).toBe(
      '{"1":{"10":1,"9":2},"2":0,"a":1}',
    );
  });

  test("more names than are put in order by insertion", () => {
    const names = Array.from({ length: 60 }, (_, index) => `n${(index * 37) % 60}`);
    const value = Object.fromEntries(names.map((name) => [name, 1]));
    expect(Object.keys(JSON.parse(canonical(value)) as object)).toEqual(names.toSorted());
  });

  test("what is not in order deep inside is put in order, and what was given stays as it was", () => {
    const value = { a: [1, { z: 1, b: [{ d: 1, c: 2 }] }, "x"], b: { k: null } };
    const before = JSON.stringify(value);
    expect(canonical(value)).toBe('{"a":[1,{"b":[{"c":2,"d":1}],"z":1},"x"],"b":{"k":null}}');
    expect(JSON.stringify(value)).toBe(before);
  });

  test("a member that is undefined is left out; a lone surrogate is written as its escape", () => {
    expect(canonical({ b: undefined, a: 1 } as unknown as Json)).toBe('{"a":1}');
    expect(canonical("\ud800")).toBe('"\\ud800"');
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [undefined], [() => 1], [1n]])(
    "%s is no JSON, at the top or inside",
    (value) => {
      for (const given of [value, [value], value === undefined ? [undefined] : { b: 1, a: value }])
        expect(() => canonical(given as unknown as Json)).toThrow(/is no JSON/);
    },
  );

  test("any JSON value comes back as it was, whatever the order it was made in", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonical(value as Json);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonical(JSON.parse(text) as Json)).toBe(text);
        expect(canonical(backwards(value as Json))).toBe(text);
        expect(text).toBe(plain(value as Json));
      }),
    );
  });
});

function backwards(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(backwards);
  const fields = Object.entries(value).toReversed();
  return Object.fromEntries(fields.map(([name, field]) => [name, backwards(field)]));
}

/** The scheme as its RFC tells it, without regard to speed. */
function plain(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plain).join(",")}]`;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${plain(field)}`).join(",")}}`;
}
