import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { madeFiles } from "../src/core/definition/index.ts";
import { madeMapFiles } from "../src/core/map/index.ts";
import { madeReviewFiles } from "../src/core/review/index.ts";

test("the schemas and the reference of keys are as the code makes them (npm run schemas)", () => {
  for (const { path, text } of [...madeFiles(), ...madeMapFiles(), ...madeReviewFiles()]) {
    const file = new URL(`../${path}`, import.meta.url);
    expect(readFileSync(file, "utf8") === text, `${path} is out of date: npm run schemas`).toBe(
      true,
    );
  }
});
