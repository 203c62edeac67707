import { parse } from "csv-parse/sync";
import { isObject, type Json, type JsonObject } from "../../json.ts";
import type { Conversion } from "./conversion-table.ts";
import { textOf } from "./conversions-of-text.ts";
import { DOCUMENT_CHARACTERS_MOST, jsonIn } from "./json-text.ts";
import { allowsNull, itemsOf, requiredOf } from "./type-kind.ts";

type Result = ReturnType<Conversion["convert"]>;

const beginsWith = (value: Json, sign: string): boolean =>
  typeof value === "string" && value.trimStart().startsWith(sign);
const jsonOf = (value: Json): ReturnType<typeof jsonIn> =>
  typeof value === "string" ? jsonIn(value) : null;
const UNFIT: Result = {
  ok: false,
  why: 'the JSON holds what a log cannot: a number without end, a key "__proto__", or parts nested deeper than 200',
};

const LINE_END = /[\r\n]/;
const NAMED_ROWS: JsonObject = {
  type: "array",
  items: { required: ["name"], properties: { name: "string", age: "integer" } },
};

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
    rule: "A text that is a JSON list. A whole number beyond 2^53 in it keeps all its digits: as a text, or it is refused.",
    examples: [
      { given: "[1, 2]", type: "integer[]", gives: [1, 2] },
      { given: '["1", "2"]', type: "integer[]", gives: [1, 2] },
      {
        given: '[{"n": "1"}]',
        type: { type: "array", items: { properties: { n: "integer" } } },
        gives: [{ n: 1 }],
      },
      { given: "[1, 2", type: "integer[]", refused: "is no number" },
      { given: "[9007199254740993]", type: "string[]", gives: ["9007199254740993"] },
      { given: "[9007199254740993]", type: "integer[]", refused: "2^53" },
      { given: "[1e999]", type: "list", refused: "a number without end" },
    ],
    applies: ({ value }) => {
      const json = beginsWith(value, "[") ? jsonOf(value) : null;
      return json === "unfit" || Array.isArray(json?.value);
    },
    convert: (value) => {
      const json = jsonOf(value);
      return json === "unfit" ? UNFIT : { ok: true, value: json?.value ?? [] };
    },
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
      { given: "name,name\nAnn,Bo", type: "object[]", refused: 'two columns "name"' },
      {
        given: "name,age\nAnn,old",
        type: { type: "array", items: { properties: { age: "integer" } } },
        refused: '[0].age: "old" is no number',
      },
    ],
    applies: ({ value, items }) =>
      items === "object" &&
      typeof value === "string" &&
      LINE_END.test(value.trim()) &&
      !beginsWith(value, "{"),
    convert: (value) => rowsOf(textOf(value)),
  },
  {
    from: "text",
    to: "list",
    rule: "A header alone, with every column that a row must have, is a CSV without rows.",
    examples: [
      { given: "name,age\n", type: NAMED_ROWS, gives: [] },
      { given: "nothing was found\n", type: NAMED_ROWS, refused: "no JSON object" },
    ],
    applies: ({ value, items, schema }) =>
      items === "object" && typeof value === "string" && isHeader(value, itemsOf(schema)),
    convert: () => ({ ok: true, value: [] }),
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
      { given: '{"a": 1e999}', type: "object", refused: "a number without end" },
    ],
    applies: () => true,
    convert: (value) => {
      const object = beginsWith(value, "{") ? jsonOf(value) : null;
      if (object === "unfit") return UNFIT;
      return isObject(object?.value)
        ? { ok: true, value: object.value }
        : { ok: false, why: "the text is no JSON object" };
    },
  },
];

function rowsOf(text: string): Result {
  if (text.length > DOCUMENT_CHARACTERS_MOST)
    return { ok: false, why: `the CSV has more than ${DOCUMENT_CHARACTERS_MOST} characters` };
  try {
    const rows: Record<string, string>[] = parse(text, {
      columns: distinct,
      bom: true,
      delimiter: delimiterOf(text),
      skip_empty_lines: true,
      trim: true,
    });
    return { ok: true, value: rows };
  } catch (error) {
    return { ok: false, why: `the text is no CSV: ${error instanceof Error ? error.message : ""}` };
  }
}

/** Of two columns with one name only the last would be left; those without a name are empty ones, mostly. */
function distinct(header: readonly string[]): string[] {
  const twice = header.find((name, at) => name !== "" && header.indexOf(name) < at);
  if (twice !== undefined) throw new Error(`it has two columns "${twice}"`);
  return [...header];
}

/** The sign that is most often in the header, outside quotes. */
function delimiterOf(text: string): string {
  const header = (text.trimStart().split(LINE_END, 1)[0] ?? "").replace(/"[^"]*"/g, "");
  const signs = [",", ";", "\t"].map((sign) => ({ sign, count: header.split(sign).length }));
  return signs.toSorted((a, b) => b.count - a.count)[0]?.sign ?? ",";
}

function isHeader(text: string, row: JsonObject): boolean {
  const header = text.trim();
  const needed = requiredOf(row);
  if (needed.length === 0 || LINE_END.test(header) || /^[[{]/.test(header)) return false;
  const names = header
    .split(delimiterOf(header))
    .map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  return needed.every((name) => names.includes(name));
}
