import type { Table } from "../../../core/rules/index.ts";
import { type Answer, type Asked, type OpenSystem, refused } from "../kind.ts";

/**
 * The company's decision tables as a system: whoever asks one is judged and recorded like whoever reads a
 * database. What it gives is the row that was hit: its outputs, and `row`, its id; of a table that
 * collects, a list of those.
 */
export function openTables(tables: Readonly<Record<string, Table>>): OpenSystem {
  const named = (operation: Asked["operation"]): Table | undefined => {
    const { table } = operation;
    return typeof table === "string" && Object.hasOwn(tables, table) ? tables[table] : undefined;
  };
  return {
    look: async ({ operation, args }) => {
      const table = named(operation);
      return table === undefined ? UNKNOWN : asked(table, args);
    },
    write: async () => refused("not_permitted", "A table is only asked."),
    health: async () => null,
    faultOf: ({ operation }) => (named(operation) === undefined ? UNKNOWN.error.message : null),
    close: async () => undefined,
  };
}

const UNKNOWN = refused(
  "tool_not_found",
  "There is no such table. Name a file of the folder tables.",
);

function asked(table: Table, args: Asked["args"]): Answer {
  const { holds, rows, outputs, missing } = table.evaluate({ args, action: { args } });
  switch (holds) {
    case "true": {
      const found = outputs.map((one, at) => ({ ...one, row: rows[at] ?? "" }));
      return { ok: true, value: table.hit === "collect" ? found : (found[0] ?? null) };
    }
    case "false":
      return refused("invalid_input_data", `No row of the table "${table.name}" is hit.`);
    case "undetermined":
      return refused(
        "invalid_input_data",
        `The table "${table.name}" cannot be told: ${missing.join(", ")} is not known.`,
      );
    case "fault":
      return refused("tool_failed", `The table "${table.name}" could not be worked out.`);
  }
}
