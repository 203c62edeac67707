import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { anyText } from "../../../test/given/any-text.ts";
import { cases } from "../../../test/given/cases.ts";
import type { Json, JsonObject } from "../json.ts";
import {
  csvOf,
  markdownOf,
  type Sheet,
  sheetOfCsv,
  sheetOfMarkdown,
  sheetOfTable,
  tableOfSheet,
} from "./index.ts";

const ROUTE = parse(`
hit: first
inputs: { total: case.total, tier: case.tier }
outputs: [route, days, note]
rows:
  - { id: R1, total: "> HKD 5000", route: director, days: 2, note: "a, \\"b\\" | c" }
  - { id: R2, tier: "gold, silver", route: auto, days: null, note: "12" }
  - { id: else, route: manager, days: 1.5, note: true }
`) as JsonObject;

const READ: readonly (readonly [string, (sheet: Sheet) => Sheet | null])[] = [
  ["a sheet", (sheet) => sheet],
  ["CSV", (sheet) => sheetOfCsv(csvOf(sheet))],
  ["Markdown", (sheet) => sheetOfMarkdown(`# A table\n\n${markdownOf(sheet)}\nThe end.\n`)],
];

function back(source: JsonObject, through: (sheet: Sheet) => Sheet | null): Json {
  const sheet = through(sheetOfTable("t", source));
  const read = sheet && tableOfSheet(sheet);
  return read === null || !("source" in read) ? (read?.message ?? null) : read.source;
}

describe("a table for people with spreadsheets", () => {
  test("has its columns in the first row", () => {
    expect(csvOf(sheetOfTable("refund-route", ROUTE))).toBe(
      [
        "refund-route (first),total = case.total,tier = case.tier,→ route,→ days,→ note",
        'R1,> HKD 5000,-,director,2,"a, ""b"" | c"',
        'R2,-,"gold, silver",auto,null,"""12"""',
        "else,-,-,manager,1.5,true",
        "",
      ].join("\r\n"),
    );
    expect(markdownOf(sheetOfTable("refund-route", ROUTE)).split("\n")[2]).toBe(
      '| R1 | > HKD 5000 | - | director | 2 | a, "b" \\| c |',
    );
  });

  test.each(READ)("comes back from %s as it was", (_, through) => {
    expect(back(ROUTE, through)).toEqual(ROUTE);
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
    const cell = fc.constantFrom(
      "> 5",
      "[1..3)",
      "a, b",
      'not("x, y")',
      '"a|b"',
      "<= HKD 5",
      "\\d",
    );
    const given: fc.Arbitrary<Json> = fc.oneof(
      fc.string(),
      anyText(),
      fc.constantFrom("null", "1e3", "a | b", "x\ny", " x", "=1+1", "-", "", "\\", '"'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const table = fc
      .uniqueArray(name, { minLength: 2, maxLength: 5 })
      .chain(([into = "", ...out]) =>
        fc
          .array(fc.tuple(fc.option(cell), fc.tuple(...out.map(() => given))), {
            minLength: 1,
            maxLength: 4,
          })
          .map((rows) => ({
            hit: "unique",
            inputs: { [into]: "size(case.lines) | 1" },
            outputs: out,
            rows: rows.map(([one, values], at) => ({
              id: `R${at}`,
              ...(one === null ? {} : { [into]: one }),
              ...Object.fromEntries(out.map((column, index) => [column, values[index] ?? null])),
            })),
          })),
      );
    fc.assert(
      fc.property(table, (source) => {
        fc.pre(!("id" in source.inputs) && !source.outputs.includes("id"));
        expect(back(source, through)).toEqual(source);
      }),
      { numRuns: cases(500) },
    );
  });

  test("says what is wrong with a sheet, and in which row", () => {
    expect(tableOfSheet([["refund route"]])).toMatchObject({ row: 1, mend: expect.any(String) });
    expect(tableOfSheet([["t (first)", "amount"]])).toMatchObject({
      row: 1,
      message: '"amount" is no column.',
    });
    expect(
      tableOfSheet([
        ["t (first)", "a = args.a"],
        ["R1", "1", "2"],
      ]),
    ).toMatchObject({ row: 2 });
    expect(sheetOfMarkdown("No table here.")).toBeNull();
  });
});
