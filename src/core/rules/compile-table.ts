import { canonical } from "../audit/index.ts";
import { compileChecked, isProblem } from "../expression/index.ts";
import type { Json, JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { type Cell, isCellProblem, readCell, type Subject } from "./cell.ts";
import { textOfCell } from "./cell-text.ts";
import { checkTable } from "./check-table.ts";
import { evaluating } from "./condition.ts";
import { policyNames } from "./policy-names.ts";
import type { RuleReading } from "./reading.ts";
import type { Table } from "./rule.ts";
import { type RowCondition, tableOutcome } from "./table-outcome.ts";
import { ELSE, type RowSource, readTableSource, type TableSource } from "./table-source.ts";
import { cellSource, faultOf, grouped, subjectOf } from "./when.ts";

/**
 * Reads and checks a decision table, once, when the map is read: what its cells compare, what it leaves
 * open, which rows exclude one another and which are never hit.
 *
 * @param tools  those that ask it: what they take is its `args`; null: any
 * @param source as written: `{ hit, inputs, outputs, rows }`
 * @returns null where something is wrong, which was reported with its place; never throws
 */
export function compileTable(
  {
    name,
    source,
    tools = null,
  }: { readonly name: string; readonly source: Json; readonly tools?: readonly string[] | null },
  reading: RuleReading,
): Table | null {
  const table = readTableSource({ name, source }, reading);
  if (table === null) return null;
  const names = policyNames(reading.names, tools);
  const subjects = subjectsOf(table, names, reading);
  if (subjects === null) return null;
  const rows = table.rows.map((row) => compileRow(row, { table, subjects, names, reading }));
  const read = rows.filter((row) => row !== null);
  if (read.length < rows.length || !checkTable({ table, subjects, rows: read }, reading))
    return null;
  return {
    name,
    hit: table.hit,
    digest: reading.digest(canonical({ name, source })),
    where: reading.where(reading.path),
    outputs: Object.keys(table.outputs),
    evaluate: (facts) => tableOutcome(table.hit, read, facts),
  };
}

/** A row that was read: what it takes, column by column, and as one condition. */
export type ReadRow = RowCondition & {
  readonly path: RowSource["path"];
  readonly cells: Readonly<Record<string, Cell>>;
};

type Names = Readonly<Record<string, JsonObject>>;
export type Subjects = Readonly<Record<string, Subject>>;

function subjectsOf(table: TableSource, names: Names, reading: RuleReading): Subjects | null {
  const subjects = Object.entries(table.inputs).map(
    ([column, text]) =>
      [
        column,
        subjectOf(text, {
          names,
          path: [...reading.path, "inputs", column],
          report: reading.report,
          isKey: false,
        }),
      ] as const,
  );
  const known = subjects.flatMap(([column, subject]) =>
    subject ? [[column, subject] as const] : [],
  );
  return known.length < subjects.length ? null : Object.fromEntries(known);
}

type Compiling = {
  readonly table: TableSource;
  readonly subjects: Subjects;
  readonly names: Names;
  readonly reading: RuleReading;
};

function compileRow(
  row: RowSource,
  { table, subjects, names, reading }: Compiling,
): ReadRow | null {
  const cells: Record<string, Cell> = {};
  const texts: string[] = [];
  for (const [column, subject] of Object.entries(subjects)) {
    const written = ownOf(row.cells, column) ?? null;
    const cell = cellAt(written, { subject, path: [...row.path, column], report: reading.report });
    if (cell === null) return null;
    cells[column] = cell;
    const text = textOfCell(grouped(ownOf(table.inputs, column) ?? ""), cell, subject);
    if (text !== null) texts.push(text);
  }
  const { id, gives, path } = row;
  if (id === ELSE || texts.length === 0)
    return { id, gives, path, cells, isElse: id === ELSE, evaluate: null };
  const checked = compileChecked(texts.join(" && "), { facts: names }, "bool");
  if (!isProblem(checked))
    return { id, gives, path, cells, isElse: false, evaluate: evaluating(checked) };
  reading.report({ ...faultOf(checked), path });
  return null;
}

function cellAt(
  written: Json,
  { subject, path, report }: { readonly subject: Subject } & Pick<RuleReading, "path" | "report">,
): Cell | null {
  const text = cellSource(written);
  const cell =
    text === null
      ? { message: "This is no cell.", mend: "Write a value, > 5, [1..5) or a, b.", offset: 0 }
      : readCell(text, subject);
  if (!isCellProblem(cell)) return cell;
  const { message, mend, offset } = cell;
  const isText = typeof written === "string";
  report({ code: "wrong-value", message, mend, path, ...(isText ? { offset } : {}) });
  return null;
}
