import { describe, expect, test } from "vitest";
import { parseBytes } from "./bytes.ts";
import { parseDuration, sayDuration } from "./duration.ts";

describe("a duration", () => {
  test("is written as people write it", () => {
    const written: readonly (readonly [string | number, number])[] = [
      ["300s", 300_000],
      ["5m", 300_000],
      ["2 hours", 7_200_000],
      ["1h30m", 5_400_000],
      ["1 hour 30 minutes", 5_400_000],
      ["2d", 172_800_000],
      ["1w", 604_800_000],
      ["250ms", 250],
      ["1.5 min", 90_000],
      [300, 300_000],
      [0, 0],
      [0.25, 250],
    ];
    const read = written.map(([text]) => [text, parseDuration(text)]);
    expect(read).toEqual(written.map(([text, ms]) => [text, { ok: true, ms }]));
  });

  test("that is none is refused with the reason", () => {
    const refused: readonly (readonly [string | number, RegExp])[] = [
      ["300", /has no unit: write 300s/],
      ["PT5M", /write it as 1h30m/],
      ["soon", /a number and a unit/],
      ["5 fortnights", /a number and a unit/],
      ["", /a number and a unit/],
      [-1, /never negative/],
      ["11000 d", /ten years/],
      [`${"9".repeat(400)}s`, /ten years/],
    ];
    for (const [text, why] of refused) {
      const parsed = parseDuration(text);
      expect(`${text}: ${parsed.ok ? "" : parsed.why}`).toMatch(why);
    }
  });

  test("is said in its two largest units", () => {
    expect(sayDuration(7_200_000)).toBe("2 h");
    expect(sayDuration(5_400_000)).toBe("1 h 30 min");
    expect(sayDuration(45_000)).toBe("45 s");
    expect(sayDuration(250)).toBe("250 ms");
    expect(sayDuration(90_061_000)).toBe("1 d 1 h");
  });
});

test("a size is written in powers of 1024, or in bytes", () => {
  expect(parseBytes("4GB")).toBe(4 * 1024 ** 3);
  expect(parseBytes("512 MiB")).toBe(512 * 1024 ** 2);
  expect(parseBytes("64k")).toBe(65_536);
  expect(parseBytes(1_000)).toBe(1_000);
  expect(parseBytes("4 score")).toBeNull();
  expect(parseBytes(-1)).toBeNull();
});
