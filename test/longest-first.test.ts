import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { LONGEST, rankOf } from "./longest-first.ts";

describe("the files that take longest", () => {
  test("are there under the names they are listed by", () => {
    expect(LONGEST.filter((file) => !existsSync(file))).toEqual([]);
  });

  test("are begun in their order, and before all others", () => {
    const files = ["src/cli/map/map.alone.test.ts", ...LONGEST.toReversed()].map((file) =>
      resolve(file),
    );
    const sorted = files.toSorted((one, other) => rankOf(one) - rankOf(other));
    expect(sorted).toEqual(
      [...LONGEST, "src/cli/map/map.alone.test.ts"].map((file) => resolve(file)),
    );
  });
});
