import { parse } from "csv-parse/sync";
import { isObject, type Json } from "../../json.ts";
import type { Conversion } from "./conversion-table.ts";
import { textOf } from "./conversions-of-text.ts";
import { allowsNull } from "./type-kind.ts";

/** Of a text that is read as CSV or JSON. */
const DOCUMENT_CHARACTERS_MOST = 50_000_000;

type Result = ReturnType<Conversion["convert"]>;

const beginsWith = (value: Json, sign: string): boolean =>
  typeof value === "string" && value.trimStart().startsWith(sign);

/** An empty text where null may stand, lists, objects, and the texts that hold them. */
export const STRUCTURE_CONVERSIONS: readonly Conversion[] = [
  {
    from: "text",
    to: "nothing",
    rule: "Where null may stand, an empty text is null, as in the cells of a CSV; but not for a text.",
    examples: [
      { given: "", type: "integer?", gives: null },
      { given: " ", type: "date?", gives: null },
      { given: "", type: "string?", gives: "" },
    ],
    applies: ({ value, kind, schema }) =>
      typeof value === "string" && value.trim() === "" && kind !== "text" && allowsNull(schema),
    convert: () => ({ ok: true, value: null }),
  },
  {
    from: "text",
    to: "list",
    rule: "A text that is a JSON list.",
    examples: [
      { given: "[1, 2]", type: "integer[]", gives: [1, 2] },
      { given: '["1", "2"]', type: "integer[]", gives: [1, 2] },
      {
        given: '[{"n": "1"}]',
        type: { type: "array", items: { properties: { n: "integer" } } },
        gives: [{ n: 1 }],
      },
      { given: "[1, 2", type: "integer[]", refused: "is no number" },
    ],
    applies: ({ value }) => beginsWith(value, "[") && Array.isArray(jsonOf(value)),
    convert: (value) => ({ ok: true, value: jsonOf(value) ?? [] }),
  },
  {
    from: "text",
    to: "list",
    rule: "Where rows are wanted, a text of several lines is CSV with a header: comma, semicolon or tab.",
    examples: [
      {
        given: 'name,age\n"Ann, B.",30\n\nBo,17\n',
        type: { type: "array", items: { properties: { name: "string", age: "integer" } } },
        gives: [
          { name: "Ann, B.", age: 30 },
          { name: "Bo", age: 17 },
        ],
      },
      { given: "name;age\nAnn;30", type: "object[]", gives: [{ name: "Ann", age: "30" }] },
      { given: "name,age\nAnn,30,7", type: "object[]", refused: "is no CSV" },
      {
        given: "name,age\nAnn,old",
        type: { type: "array", items: { properties: { age: "integer" } } },
        refused: '[0].age: "old" is no number',
      },
    ],
    applies: ({ value, items }) =>
      items === "object" &&
      typeof value === "string" &&
      value.trim().includes("\n") &&
      !beginsWith(value, "{"),
    convert: (value) => rowsOf(textOf(value)),
  },
  {
    from: "one",
    to: "list",
    rule: "A single value is a list of one, if it is what the list holds.",
    examples: [
      { given: "a", type: "string[]", gives: ["a"] },
      { given: "7", type: "integer[]", gives: [7] },
      { given: { id: 1 }, type: "object[]", gives: [{ id: 1 }] },
      { given: 5, type: "UUID[]", refused: "is no UUID" },
    ],
    applies: ({ value }) => value !== null && !Array.isArray(value),
    convert: (value) => ({ ok: true, value: [value] }),
  },
  {
    from: "text",
    to: "object",
    rule: "A text that is a JSON object.",
    examples: [
      { given: '{"a": 1}', type: "object", gives: { a: 1 } },
      { given: "name: Ann", type: "object", refused: "is no JSON object" },
      { given: "[1]", type: "object", refused: "is no JSON object" },
    ],
    applies: () => true,
    convert: (value) => {
      const object = beginsWith(value, "{") ? jsonOf(value) : null;
      return isObject(object ?? null)
        ? { ok: true, value: object }
        : { ok: false, why: "the text is no JSON object" };
    },
  },
];

function jsonOf(value: Json): Json {
  if (typeof value !== "string" || value.length > DOCUMENT_CHARACTERS_MOST) return null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return null;
  }
}

function rowsOf(text: string): Result {
  if (text.length > DOCUMENT_CHARACTERS_MOST)
    return { ok: false, why: `the CSV has more than ${DOCUMENT_CHARACTERS_MOST} characters` };
  try {
    const delimiter = delimiterOf(text.slice(0, text.indexOf("\n")));
    const rows: Record<string, string>[] = parse(text, {
      columns: true,
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
    });
    return { ok: true, value: rows };
  } catch (error) {
    return { ok: false, why: `the text is no CSV: ${error instanceof Error ? error.message : ""}` };
  }
}

/** The sign that is most often in the header. */
function delimiterOf(header: string): string {
  const signs = [",", ";", "\t"].map((sign) => ({ sign, count: header.split(sign).length }));
  return signs.toSorted((a, b) => b.count - a.count)[0]?.sign ?? ",";
}
