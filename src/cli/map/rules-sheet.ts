import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { suggestion } from "../../core/expression/index.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import {
  csvOf,
  markdownOf,
  type Sheet,
  sheetOfCsv,
  sheetOfMarkdown,
  sheetOfTable,
  tableOfSheet,
} from "../../core/rules/index.ts";
import { textAt } from "../../engine/file-text.ts";
import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type SheetForm = "csv" | "markdown";

/** `muster rules export TABLE`: a decision table for a spreadsheet, or for a document. */
export async function rulesExport(
  context: Context,
  { name, as }: { readonly name: string; readonly as: SheetForm },
): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { tables, problems } = await company.rules();
    const table = tables.find((one) => one.name === name);
    if (table === undefined) {
      const names = tables.map((one) => one.name);
      const mend = suggestion(name, names, "Tables");
      const message = `The map has no table "${name}".`;
      return refuse(context, [...problems, { code: "not-found", message, mend }]);
    }
    const file = table.where.replace(/:\d+:\d+$/, "");
    const source = parse(readFileSync(join(company.folder, file), "utf8")) as JsonObject;
    const sheet = sheetOfTable(name, source);
    const text = as === "csv" ? csvOf(sheet) : markdownOf(sheet);
    for (const line of text.trimEnd().split(/\r?\n/)) context.terminal.answer.line(line);
    return EXIT.done;
  });
}

/** `muster rules import FILE`: a sheet as a decision table, to be kept in tables/ and checked there. */
export async function rulesImport(context: Context, file: string): Promise<number> {
  const read = sheetIn(resolve(context.surroundings.cwd, file), file);
  if ("code" in read) return refuse(context, [read]);
  const table = tableOfSheet(read.sheet);
  if (!("source" in table)) {
    const { row, message, mend } = table;
    const where = { file, line: row, column: 1 };
    return refuse(context, [{ code: "wrong-value", message, mend, where }]);
  }
  const { name, source } = table;
  const text = stringify({ muster: 1, table: name, ...source }, { lineWidth: 120 });
  for (const line of text.trimEnd().split("\n")) context.terminal.answer.line(line);
  context.terminal.side.line(
    `Keep it in tables/${name}.yaml, and see what is wrong with it: muster check`,
  );
  return EXIT.done;
}

function sheetIn(path: string, file: string): { readonly sheet: Sheet } | Problem {
  const found = textAt(path, file);
  if (found === null)
    return { code: "not-found", message: `There is no file ${file}.`, mend: "Check the path." };
  const { text, fault } = found;
  if (fault !== undefined) return fault;
  const sheet = /\.md$/i.test(file) ? sheetOfMarkdown(text) : sheetOfCsv(text);
  return sheet === null
    ? {
        code: "bad-input",
        message: `There is no table in ${file}.`,
        mend: "Name it .csv, or .md with a table in it.",
      }
    : { sheet };
}
