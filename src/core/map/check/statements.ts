import { ownOf } from "../../own.ts";
import type { Tool } from "../work-map.ts";
import { type Checking } from "./checking.ts";
import { readStatement } from "./sql-statement.ts";

export type StatementFault = {
  readonly part: "operation" | "preview" | "verify";
  readonly wrong: string;
  readonly mend: string;
};

/** Each tool of a database is one statement that does what the tool says, as far as anybody can tell without the database. */
export function checkStatements({ map, report }: Checking): void {
  for (const tool of Object.values(map.tools)) {
    if (ownOf(map.systems, tool.system)?.kind !== "sql") continue;
    for (const { part, wrong, mend } of statementFaults(tool))
      report.add({
        code: "wrong-value",
        message: `"${tool.name}": ${wrong}`,
        mend,
        path: ["tools", tool.name, part === "operation" ? "sql" : part],
      });
  }
}

export function statementFaults(tool: Tool): readonly StatementFault[] {
  return (["operation", "preview", "verify"] as const).flatMap((part) => {
    const sql = tool[part]?.["sql"];
    const fault = typeof sql === "string" ? faultIn(sql, part, tool) : null;
    return fault === null ? [] : [{ part, ...fault }];
  });
}

function faultIn(
  sql: string,
  part: StatementFault["part"],
  { writes }: Tool,
): Omit<StatementFault, "part"> | null {
  const read = readStatement(sql);
  if ("wrong" in read) return read;
  if (read.verb !== "write") return null;
  if (part !== "operation")
    return {
      wrong: "What is looked up before and after is a SELECT, and this changes something.",
      mend: "Write SELECT.",
    };
  if (writes !== null) return null;
  return {
    wrong: "Its statement changes something, and the tool does not say what it writes.",
    mend: "Write writes: NAME.",
  };
}
