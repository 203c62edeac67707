import { inOrder, isMap, openReport, readSource, type ValuePath } from "../../definition/index.ts";
import { ownOf } from "../../own.ts";
import type { Problem } from "../../problem.ts";
import { compileTable, type Table } from "../../rules/index.ts";
import type { Ruling } from "./rules.ts";
import type { MapFile } from "./work-map.ts";

/** Files of tables. */
const TABLES_MOST = 200;

export function isTableFile(file: string): boolean {
  return /^tables\/[^/]+\.ya?ml$/.test(file);
}

/** Decision tables by name, one a file of the folder `tables`; `table:` names it, else its file does. */
export function readTables(
  files: readonly MapFile[],
  { names, digest }: Ruling,
  into: Problem[],
): Readonly<Record<string, Table>> {
  const tables: Record<string, Table> = {};
  if (files.length > TABLES_MOST)
    into.push({
      code: "limit",
      message: `There are ${files.length} tables; the most is ${TABLES_MOST}.`,
      mend: "Take out what is not used.",
    });
  for (const file of files.slice(0, TABLES_MOST)) {
    const own: Problem[] = [];
    const table = readTable(file, { names, digest, into: own });
    if (table !== null && Object.hasOwn(tables, table.name))
      own.push({
        code: "duplicate",
        message: `There are two tables "${table.name}": ${ownOf(tables, table.name)?.where} and ${table.where}.`,
        mend: "Give one of them another name.",
      });
    else if (table !== null) tables[table.name] = table;
    into.push(...inOrder(own));
  }
  return tables;
}

function readTable(
  file: MapFile,
  { names, digest, into }: Pick<Ruling, "names" | "digest"> & { readonly into: Problem[] },
): Table | null {
  const source = readSource(file, (problem) => into.push(problem));
  if (source === null) return null;
  const said = isMap(source.value) ? source.value["table"] : undefined;
  const name = typeof said === "string" ? said : file.file.replace(/^.*\/|\.ya?ml$/g, "");
  const where = (path: ValuePath): string => {
    const at = source.placeOf(path, { key: true });
    return `${at.file}:${at.line}:${at.column}`;
  };
  const asking = Object.entries(names.tools).flatMap(([tool, { operation }]) =>
    operation?.["table"] === name ? [tool] : [],
  );
  return compileTable(
    { name, source: source.value, tools: asking.length > 0 ? asking : null },
    {
      names,
      chains: [],
      path: [],
      report: openReport(source, { into, module: null }).add,
      where,
      digest,
    },
  );
}
