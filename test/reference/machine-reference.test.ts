import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { machineReference } from "../given/machine-reference.ts";

test("the references of states and failures are as the machine makes them (npm run states)", () => {
  for (const { path, text } of machineReference()) {
    const written = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    expect(written, `${path} is out of date: npm run states`).toBe(text);
  }
});
