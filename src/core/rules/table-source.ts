import { suggestion } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import type { RulePath, RuleReading } from "./reading.ts";

export const ROWS_MOST = 500;
const COLUMNS_MOST = 30;
export const HITS = ["first", "unique", "collect"] as const;
const KEYS = ["muster", "table", "hit", "description", "inputs", "outputs", "rows"];
/** The row that is hit where no other is. */
export const ELSE = "else";

/** A table as written, its columns told apart. */
export type TableSource = {
  readonly hit: (typeof HITS)[number];
  readonly inputs: Readonly<Record<string, string>>;
  /** By name, with all that may stand there; null: anything. */
  readonly outputs: Readonly<Record<string, readonly Json[] | null>>;
  readonly rows: readonly RowSource[];
};

export type RowSource = {
  readonly id: string;
  readonly path: RulePath;
  readonly cells: JsonObject;
  readonly gives: JsonObject;
};

/** What is wrong with a key stands at the key. */
type Mend = string | { readonly mend: string; readonly key: true };
type Refuse = (path: RulePath, message: string, mend: Mend) => void;

/** @returns null where something is wrong, which was reported */
export function readTableSource(
  { name, source }: { readonly name: string; readonly source: Json },
  reading: RuleReading,
): TableSource | null {
  let isWrong = false;
  const refuse: Refuse = (path, message, mend) => {
    isWrong = true;
    const more = typeof mend === "string" ? { mend } : mend;
    reading.report({ code: "wrong-value", message, ...more, path: [...reading.path, ...path] });
  };
  if (!isObject(source)) {
    refuse([], `The table "${name}" is no map.`, "Write hit:, inputs:, outputs: and rows:.");
    return null;
  }
  for (const key of Object.keys(source))
    if (!KEYS.includes(key))
      refuse([key], `A table has no "${key}".`, { mend: suggestion(key, KEYS, "Keys"), key: true });
  const hit = HITS.find((one) => one === (source["hit"] ?? "first"));
  if (hit === undefined)
    refuse(
      ["hit"],
      `${JSON.stringify(source["hit"])} is no way to hit.`,
      `Write ${HITS.join(", ")}.`,
    );
  const inputs = readInputs(source["inputs"], refuse);
  const outputs = readOutputs(source["outputs"], refuse);
  for (const both of Object.keys(outputs).filter((column) => Object.hasOwn(inputs, column)))
    refuse(["outputs"], `"${both}" is an input and an output.`, "Give one of them another name.");
  const rows = readRows(source["rows"], { inputs, outputs, refuse, reading });
  return isWrong || hit === undefined ? null : { hit, inputs, outputs, rows };
}

function readInputs(source: Json | undefined, refuse: Refuse): Readonly<Record<string, string>> {
  const mend = "Write inputs: { amount: args.amount, tier: case.tier }.";
  const inputs: Record<string, string> = {};
  if (!isObject(source) || !isCount(Object.keys(source).length)) {
    refuse(
      ["inputs"],
      `inputs names 1 to ${COLUMNS_MOST} columns, each with what it compares.`,
      mend,
    );
    return inputs;
  }
  for (const [column, of] of Object.entries(source))
    if (typeof of === "string") inputs[column] = of;
    else refuse(["inputs", column], `"${column}" does not say what it compares.`, mend);
  return inputs;
}

function readOutputs(source: Json | undefined, refuse: Refuse): TableSource["outputs"] {
  const mend = "Write outputs: [route], or outputs: { route: [auto, manager] }.";
  const columns = Array.isArray(source)
    ? source.map((column: Json): [Json, Json] => [column, null])
    : Object.entries(isObject(source) ? source : {});
  if (!isCount(columns.length))
    refuse(["outputs"], `outputs names 1 to ${COLUMNS_MOST} columns.`, mend);
  const outputs: Record<string, readonly Json[] | null> = {};
  for (const [column, values] of columns)
    if (typeof column !== "string") refuse(["outputs"], "A column has a name.", mend);
    else if (values === null || Array.isArray(values)) outputs[column] = values;
    else refuse(["outputs", column], `"${column}" does not list its values.`, mend);
  return outputs;
}

function isCount(count: number): boolean {
  return count > 0 && count <= COLUMNS_MOST;
}

type Columns = Pick<TableSource, "inputs" | "outputs"> & {
  readonly refuse: Refuse;
  readonly reading: RuleReading;
};

function readRows(source: Json | undefined, columns: Columns): readonly RowSource[] {
  const { refuse } = columns;
  if (!Array.isArray(source) || source.length === 0 || source.length > ROWS_MOST) {
    refuse(
      ["rows"],
      `A table has 1 to ${ROWS_MOST} rows.`,
      "Write rows: [{ amount: > 5, route: a }].",
    );
    return [];
  }
  const rows = source.flatMap((row: Json, at) => readRow(row, at, columns) ?? []);
  const seen = new Set<string>();
  for (const { id, path } of rows) {
    if (seen.has(id))
      columns.reading.report({
        code: "duplicate",
        message: `There are two rows "${id}".`,
        mend: "Give one of them another id.",
        path,
      });
    if (seen.has(ELSE))
      refuse(
        path.slice(columns.reading.path.length),
        `Row "${id}" stands behind "${ELSE}".`,
        `Put "${ELSE}" last.`,
      );
    seen.add(id);
  }
  return seen.size < rows.length ? [] : rows;
}

function readRow(row: Json, at: number, columns: Columns): RowSource | null {
  const { inputs, outputs, refuse, reading } = columns;
  const path = ["rows", at];
  if (!isObject(row)) {
    refuse(path, "A row is a map of columns.", "Write { amount: > 5, route: manager }.");
    return null;
  }
  const { id = `row ${at + 1}`, because: _, ...rest } = row;
  const known = [...Object.keys(inputs), ...Object.keys(outputs)];
  for (const column of Object.keys(rest))
    if (!known.includes(column))
      refuse([...path, column], `There is no column "${column}".`, {
        mend: suggestion(column, known, "Columns"),
        key: true,
      });
  const cells = pick(rest, Object.keys(inputs));
  const gives = pick(rest, Object.keys(outputs));
  for (const [column, values] of Object.entries(outputs))
    checkGiven(ownOf(gives, column), { column, values, path, refuse });
  if (id === ELSE && Object.keys(cells).length > 0)
    refuse(
      path,
      `"${ELSE}" is hit where no other row is, and compares nothing.`,
      "Leave its cells out.",
    );
  return { id: String(id as string), path: [...reading.path, ...path], cells, gives };
}

function checkGiven(
  value: Json | undefined,
  of: {
    readonly column: string;
    readonly values: readonly Json[] | null;
    readonly path: RulePath;
    readonly refuse: Refuse;
  },
): void {
  const { column, values, path, refuse } = of;
  if (value === undefined)
    refuse(path, `The row does not say its "${column}".`, `Write ${column}: in every row.`);
  else if (values !== null && !values.includes(value)) {
    const known = values.map((one) => JSON.stringify(one).replace(/^"|"$/g, ""));
    refuse(
      [...path, column],
      `${JSON.stringify(value)} is not one of ${known.join(", ")}.`,
      suggestion(String(value as string), known, "Values"),
    );
  }
}

function pick(row: JsonObject, columns: readonly string[]): JsonObject {
  return Object.fromEntries(
    columns.flatMap((column): [string, Json][] => {
      const value = Object.hasOwn(row, column) ? row[column] : undefined;
      return value === undefined ? [] : [[column, value]];
    }),
  );
}
