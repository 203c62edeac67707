import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { missed, readScenarios } from "../../../src/core/scenario/index.ts";
import { playScenario } from "../../../src/engine/scenarios/index.ts";

const FOLDER = resolve(import.meta.dirname, "..");

for (const name of readdirSync(join(FOLDER, "tests")).filter((one) => one.endsWith(".yaml"))) {
  const file = `tests/${name}`;
  const { scenarios, problems } = readScenarios({
    file,
    text: readFileSync(join(FOLDER, file), "utf8"),
  });

  describe.concurrent(`the shop's ${file}`, () => {
    test("is right", () => expect(problems).toEqual([]));
    test.each(scenarios)("$name", { timeout: 60_000 }, async (scenario) => {
      expect(missed(scenario.expect, await playScenario(FOLDER, scenario))).toEqual([]);
    });
  });
}
