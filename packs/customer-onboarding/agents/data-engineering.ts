import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Csv, type CsvField, type CsvRecord, readCsv } from "./parts/csv.ts";
import {
  COLUMNS,
  type Customer,
  checkCustomer,
  type FieldProblem,
  type Fields,
  toCustomer,
} from "./parts/customer.ts";
import { type Answer, invalidInput, type Task, type Tools, text } from "./parts/protocol.ts";

const SOURCE_BYTES_MOST = 10_000_000;
const BATCH_MOST = 1_000;
const FOLDER = resolve(import.meta.dirname, "..");

/**
 * Reads the customers of a CSV file. A bad row is reported and left out; a file that cannot be read
 * as customers at all is an error. Inputs: `source` (a file of the company's folder),
 * `validate_schema`, `tier` (only customers of this one), `batch_size` and `batch` (which batch of
 * that size, counted from 1).
 */
export async function attempt(task: Task, tools: Tools, abort: AbortSignal): Promise<Answer> {
  const source = text(task.inputs["source"]);
  const batchSize = Number(task.inputs["batch_size"] ?? BATCH_MOST);
  const batch = Number(task.inputs["batch"] ?? 1);
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= BATCH_MOST)) {
    return invalidInput(`batch_size is ${batchSize}; give a whole number from 1 to ${BATCH_MOST}.`);
  }
  if (!(Number.isInteger(batch) && batch >= 1)) {
    return invalidInput(`batch is ${batch}; give 1 for the first batch, 2 for the next.`);
  }
  const read = await readSource(source, abort);
  if (typeof read !== "string") return read;
  const csv = readCsv(read);
  const columns = columnsOf(csv.records[0]);
  if (columns.missing.length > 0) {
    return invalidInput(
      `${source}:1  the header has no column ${columns.missing.join(", ")}. Columns here: ${COLUMNS.join(", ")}.`,
    );
  }
  const rows = sort(csv, columns.order, task.inputs["validate_schema"] !== false);
  const tier = text(task.inputs["tier"]);
  const wanted = rows.good.filter((customer) => tier === "" || customer.tier === tier);
  const taken = wanted.slice((batch - 1) * batchSize, batch * batchSize);
  if (taken.length === 0) {
    return invalidInput(
      `${source} has no customer for batch ${batch} of tier "${tier}": ${rows.good.length} rows are good, ${rows.bad} are bad, ${wanted.length} are of this tier. Mend the rows, or ask for another tier or batch.`,
    );
  }
  tools.log(`${source}: ${rows.good.length} good rows, ${rows.bad} bad, ${taken.length} taken`);
  return {
    outputs: {
      customer_list: taken,
      validation_report: {
        source,
        rows_read: csv.records.length - 1,
        rows_good: rows.good.length,
        rows_bad: rows.bad,
        other_tiers: rows.good.length - wanted.length,
        other_batches: wanted.length - taken.length,
        problems: rows.problems,
      },
    },
    warnings: rows.problems.map(
      ({ line, column, what, mend }) => `${source}:${line}:${column}  ${what}. ${mend}`,
    ),
  };
}

async function readSource(source: string, abort: AbortSignal): Promise<string | Answer> {
  if (source === "") return invalidInput("No source was given. Name a CSV file of this folder.");
  try {
    const bytes = await readFile(resolve(FOLDER, source), { signal: abort });
    if (bytes.length > SOURCE_BYTES_MOST) {
      return invalidInput(
        `${source} has ${bytes.length} bytes, more than ${SOURCE_BYTES_MOST}. Split it.`,
      );
    }
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    abort.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return invalidInput(
      `${source} cannot be read as UTF-8 text (${why}). Put the file into the company's folder.`,
    );
  }
}

type Order = ReadonlyMap<string, number>;

function columnsOf(header: CsvRecord | undefined): {
  readonly order: Order;
  readonly missing: readonly string[];
} {
  const order = new Map(header?.fields.map((field, index) => [field.text.trim(), index]));
  return { order, missing: COLUMNS.filter((column) => !order.has(column)) };
}

type Sorted = {
  readonly good: readonly Customer[];
  readonly bad: number;
  readonly problems: readonly FieldProblem[];
};

/** Good rows and problems, in the order of the file; the first row of an id is the one that counts. */
function sort(csv: Csv, order: Order, checked: boolean): Sorted {
  const good: Customer[] = [];
  const problems: FieldProblem[] = [];
  const lineOf = new Map<string, number>();
  let bad = 0;
  for (const record of csv.records.slice(1)) {
    const found = problemsOf(record, { csv, order, checked, lineOf });
    if (found.length === 0) good.push(toCustomer(fieldsOf(record, order)));
    else bad += 1;
    problems.push(...found);
  }
  return { good, bad, problems };
}

type Looking = {
  readonly csv: Csv;
  readonly order: Order;
  readonly checked: boolean;
  readonly lineOf: Map<string, number>;
};

function problemsOf(record: CsvRecord, looking: Looking): readonly FieldProblem[] {
  const faults = looking.csv.faults.filter((fault) => fault.record === record.line);
  if (faults.length > 0) {
    return faults.map(({ line, column, what, mend }) => {
      return { line, column, field: "", value: "", what, mend };
    });
  }
  if (record.fields.length !== looking.order.size) return [wrongWidth(record, looking.order.size)];
  const fields = fieldsOf(record, looking.order);
  const { text: written, line, column } = fields.id;
  const id = written.trim();
  const problems = looking.checked ? [...checkCustomer(fields)] : [];
  const first = looking.lineOf.get(id);
  if (first !== undefined) {
    const what = `the id stands already in line ${first}`;
    const mend = "Give each customer an id of its own, or remove the row.";
    problems.unshift({ line, column, field: "id", value: id, what, mend });
  } else looking.lineOf.set(id, record.line);
  return problems;
}

function wrongWidth(record: CsvRecord, width: number): FieldProblem {
  return {
    line: record.line,
    column: 1,
    field: "",
    value: "",
    what: `the row has ${record.fields.length} fields where the header has ${width}`,
    mend: "Add what is missing; put a field that holds a comma in quotation marks.",
  };
}

function fieldsOf(record: CsvRecord, order: Order): Fields {
  const empty: CsvField = { text: "", line: record.line, column: 1, quoted: false };
  const entries = COLUMNS.map((column) => [
    column,
    record.fields[order.get(column) ?? -1] ?? empty,
  ]);
  return Object.fromEntries(entries) as Fields;
}
