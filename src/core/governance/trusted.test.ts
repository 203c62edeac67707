import { expect, test } from "vitest";
import type { Json } from "../json.ts";
import { wasSaid } from "./trusted.ts";

const cases: readonly (readonly [Json, readonly Json[], boolean])[] = [
  [120.5, ["Please pay HKD 120.50."], true],
  [120.5, ["Please pay HKD120.50!"], true],
  [1_250, ["It cost 1,250 dollars"], true],
  [13, ["On 2026-11-13 I wrote"], false],
  [13, ["Order W13 is late"], false],
  [13, [{ file: 13 }], true],
  ["13", [{ file: 13 }], false],
  ["ann@shop.example", ["Write to ann@shop.example."], true],
  ["ann@shop.example", ["Write to joann@shop.example"], false],
  ["ann@shop.example", ["Write to ann@shop.example.evil.example"], false],
  ["Ann", ["I am ann, hello"], true],
  ["no", ["I know nothing"], false],
  ["no", ["no"], true],
  [["7", "899"], ["7", "my number is 899"], true],
  [["7", "899"], ["my numbers are 8991 and 7"], false],
  [{ street: "1 Pier Road" }, ["Move it to 1 Pier Road, please"], true],
  [true, ["true"], false],
  [true, [{ express: true }], true],
];

test.each(cases)("%j was said in %j: %j", (value, trusted, said) => {
  expect(wasSaid(value, trusted)).toBe(said);
});
