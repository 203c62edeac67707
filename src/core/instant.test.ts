import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { instantOf, millisecondsOf } from "./instant.ts";

describe("an instant", () => {
  test("is written as every other machine writes it", () => {
    assert(
      property(integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        const text = new Date(ms).toISOString();
        expect(instantOf(ms)).toBe(text);
        expect(millisecondsOf(text)).toBe(ms);
      }),
    );
  });

  test("may leave its milliseconds out", () => {
    expect(millisecondsOf("2025-12-12T10:00:00Z")).toBe(Date.parse("2025-12-12T10:00:00Z"));
  });

  test("is nothing else", () => {
    expect(millisecondsOf("yesterday")).toBeNull();
    expect(millisecondsOf("2025-12-12T10:00:00+01:00")).toBeNull();
  });
});
