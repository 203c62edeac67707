import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { madeFiles } from "../src/core/definition/index.ts";

test("the schemas and the reference of keys are as the code makes them (npm run schemas)", () => {
  for (const { path, text } of madeFiles()) {
    const file = new URL(`../${path}`, import.meta.url);
    expect(readFileSync(file, "utf8") === text, `${path} is out of date: npm run schemas`).toBe(
      true,
    );
  }
});
