import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCharacter } from "../../test/given/any-text.ts";
import { cases } from "../../test/given/cases.ts";
import { copyJson, DEPTH_MOST } from "./json-copy.ts";

const copy = (value: unknown, bytesMost = 10_000) => copyJson(value, "outputs", bytesMost);
const why = (value: unknown, bytesMost?: number): string => {
  const copied = copy(value, bytesMost);
  return copied.ok ? "it was taken" : copied.why;
};

describe("what an agent gives", () => {
  test("any JSON is taken as it would come back from the log", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter() }), (value) => {
        const back: unknown = JSON.parse(JSON.stringify(value));
        if (JSON.stringify(value).includes("__proto__")) return;
        expect(copy(value, 1e9)).toEqual({ ok: true, value: back });
      }),
      { numRuns: cases(100) },
    );
  });

  test("whatever it is, it is taken or refused with a sentence, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withSet: true }), (value) => {
        const copied = copy(value);
        const said = copied.ok ? `outputs ${JSON.stringify(copied.value)}.` : copied.why;
        expect(said).toMatch(/^outputs.* .*\.$/s);
      }),
    );
  });

  test("is a copy: who changes the original changes nothing", () => {
    const rows = [{ id: 1 }];
    const copied = copy({ rows });
    rows.push({ id: 2 });
    expect(copied).toEqual({ ok: true, value: { rows: [{ id: 1 }] } });
  });

  test("a date is its text, what is undefined is left out, minus zero is zero", () => {
    expect(copy({ at: new Date(0), gone: undefined, zero: -0 })).toEqual({
      ok: true,
      value: { at: "1970-01-01T00:00:00.000Z", zero: 0 },
    });
  });

  test("what the log cannot hold is named with its place", () => {
    expect(why({ rows: [{ tags: new Map() }] })).toContain("outputs.rows[0].tags is a Map,");
    expect(why({ n: Number.NaN })).toContain("outputs.n is NaN,");
    expect(why({ n: 1n })).toContain("outputs.n is a bigint,");
    expect(why([undefined])).toContain("outputs[0] is undefined,");
    expect(why({ raw: Buffer.from("x") })).toContain("outputs.raw is a Buffer,");
    expect(why(JSON.parse('{"__proto__": {"admin": true}}'))).toContain('has a key "__proto__"');
  });

  test("what holds itself is refused, and so is what throws when it is read", () => {
    const ring: Record<string, unknown> = {};
    ring["ring"] = ring;
    expect(why(ring)).toContain(`deeper than ${DEPTH_MOST}`);
    const trap = Object.defineProperty({}, "x", {
      enumerable: true,
      get: () => {
        throw new Error("trapped");
      },
    });
    expect(why(trap)).toContain("cannot be read: trapped");
  });

  test("what is too large is refused before it is copied whole", () => {
    expect(why({ text: "x".repeat(101) }, 100)).toContain("larger than 100 bytes");
    expect(why({ text: "ü".repeat(60) }, 100)).toContain("larger than 100 bytes");
    expect(
      why(
        Array.from({ length: 100 }, () => 7),
        100,
      ),
    ).toContain("larger than 100 bytes");
  });
});
