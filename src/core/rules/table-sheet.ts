import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { cellSource } from "./when.ts";

/**
 * A table as rows of texts, for people who work with spreadsheets. The first row names the columns:
 *
 *     refund-route (first) | amount = args.amount | tier = case.tier | → route
 *     R1                   | > HKD 500            | -                | manager
 *
 * What is given stands there as it is; what is no plain text (a number, true, a text that looks like
 * one) as JSON.
 */
export type Sheet = readonly (readonly string[])[];

export type SheetProblem = {
  readonly row: number;
  readonly message: string;
  readonly mend: string;
};

const HEAD = /^\s*(?<name>[\w.-]+)\s*\((?<hit>first|unique|collect)\)\s*$/;
const INPUT = /^\s*(?<column>[\w.-]+)\s*=\s*(?<of>.+?)\s*$/s;
const OUTPUT = /^\s*(?:→|->)\s*(?<column>[\w.-]+)\s*$/;
const ANYTHING = "-";

/** @param source as it stands in its file */
export function sheetOfTable(name: string, source: JsonObject): Sheet {
  const { hit = "first", inputs, outputs, rows } = source;
  const into = Object.entries(isObject(inputs) ? inputs : {});
  const out = Array.isArray(outputs)
    ? outputs.map(textOf)
    : Object.keys(isObject(outputs) ? outputs : {});
  const head = [
    `${name} (${textOf(hit)})`,
    ...into.map(([column, of]) => `${column} = ${textOf(of).replaceAll(/\s+/g, " ")}`),
    ...out.map((column) => `→ ${column}`),
  ];
  const body = (Array.isArray(rows) ? rows : []).map((row: Json, at) => {
    const cells = isObject(row) ? row : {};
    return [
      textOf(cells["id"] ?? `row ${at + 1}`),
      ...into.map(([column]) => cellText(ownOf(cells, column) ?? null)),
      ...out.map((column) => givenText(ownOf(cells, column) ?? null)),
    ];
  });
  return [head, ...body];
}

/** The table that a sheet is, as it stands in a file; or the first thing wrong with it. */
export function tableOfSheet(
  sheet: Sheet,
): { readonly name: string; readonly source: JsonObject } | SheetProblem {
  const [head = [], ...body] = sheet;
  const { name, hit } = HEAD.exec(head[0] ?? "")?.groups ?? {};
  if (name === undefined || hit === undefined)
    return wrong(
      1,
      "The first cell does not name the table.",
      'Write "refund-route (first)" there.',
    );
  const columns = head.slice(1).map(columnOf);
  const stray = columns.findIndex((column) => column === null);
  if (stray >= 0)
    return wrong(
      1,
      `"${head[stray + 1]}" is no column.`,
      'Write "amount = args.amount" or "→ route".',
    );
  const known = columns.filter((column) => column !== null);
  const twice = twiceIn(known.map(({ column }) => column));
  if (twice !== null)
    return wrong(1, `There are two columns "${twice.name}".`, "Give one of them another name.");
  const again = twiceIn(body.map(([id = ""]) => id.trim()).map((id) => id || null));
  if (again !== null)
    return wrong(
      again.at + 2,
      `There are two rows "${again.name}".`,
      "Give one of them another name in the first column.",
    );
  const long = body.findIndex((row) => row.length > head.length);
  if (long >= 0)
    return wrong(
      long + 2,
      "The row has more cells than there are columns.",
      "Take them out, or name them.",
    );
  const inputs = known.flatMap(({ column, of }) => (of === null ? [] : [[column, of] as const]));
  const outputs = known.flatMap(({ column, of }) => (of === null ? [column] : []));
  const rows = body.map((row) => rowOf(row, known));
  return { name, source: { hit, inputs: Object.fromEntries(inputs), outputs, rows } };
}

/** The first name that stood before, and where it stands again; what has no name is left alone. */
function twiceIn(
  names: readonly (string | null)[],
): { readonly name: string; readonly at: number } | null {
  const at = names.findIndex((name, index) => name !== null && names.indexOf(name) < index);
  const name = names[at];
  return name === undefined || name === null ? null : { name, at };
}

/** `of` is null where it is what the table gives. */
type Column = { readonly column: string; readonly of: string | null };

function columnOf(cell: string): Column | null {
  const { column, of } = INPUT.exec(cell)?.groups ?? {};
  if (column !== undefined && of !== undefined) return { column, of };
  const given = OUTPUT.exec(cell)?.groups?.["column"];
  return given === undefined ? null : { column: given, of: null };
}

function rowOf([id = "", ...cells]: readonly string[], columns: readonly Column[]): JsonObject {
  const entries = columns.flatMap(({ column, of }, at): readonly [string, Json][] => {
    const text = (cells[at] ?? "").trim();
    if (of === null) return [[column, givenOf(text)]];
    return text === "" || text === ANYTHING ? [] : [[column, text]];
  });
  return { id: id.trim(), ...Object.fromEntries(entries) };
}

function wrong(row: number, message: string, mend: string): SheetProblem {
  return { row, message, mend };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Without the `=` that says nothing more: to a spreadsheet what follows it is a formula. */
function cellText(cell: Json): string {
  return (cellSource(cell) ?? ANYTHING).replace(/^\s*==?\s*/, "").replaceAll(/\s+/g, " ");
}

/** A text that could be read as something else stands in quotes. */
function givenText(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const isPlain = !/\s\s|[\r\n\t]/.test(value) && givenOf(value.trim()) === value;
  return isPlain ? value : JSON.stringify(value);
}

function givenOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
