import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readSource } from "../../definition/index.ts";
import type { Json } from "../../json.ts";
import { changedFiles } from "../changed-example.ts";
import { madeMapFiles } from "./schema-file.ts";

function valueOf(file: string, changes: Parameters<typeof changedFiles>[0] = []): Json {
  const found = changedFiles(changes).find((one) => one.file === file);
  if (found === undefined) throw new Error(`There is no ${file}.`);
  return readSource(found, () => undefined)?.value ?? null;
}

/** Made once: a schema takes long to compile. */
const made = madeMapFiles();
const [isMap, isCalendar] = ["map", "calendar"].map((schema) => {
  const file = made.find(({ path }) => path === `schema/${schema}.schema.json`);
  return new Ajv2020({ strict: false }).compile(JSON.parse(file?.text ?? ""));
});

describe("the schemas that editors read", () => {
  test("take the example's map and calendar", () => {
    expect(isMap?.(valueOf("map.yaml"))).toBe(true);
    expect(isCalendar?.(valueOf("calendar.yaml"))).toBe(true);
  });

  test.each([
    ["a key that is none", "deciding: [to]", "decides: [to]"],
    ["a level that is none", "level: reference", "level: free"],
    ["a system without what it needs", "kind: file, folder: faq", "kind: file"],
    ["a stage's mistake", "from: { role: manager,", "from: { rol: manager,"],
  ])("refuse %s", (_what, from, to) => {
    expect(isMap?.(valueOf("map.yaml", [[from, to]]))).toBe(false);
  });
});
