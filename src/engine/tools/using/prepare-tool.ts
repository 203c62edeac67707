import { readStatement, type Tool, type Unprepared } from "../../../core/map/index.ts";
import type { Drawer } from "../drawer.ts";
import { timeOf } from "./within-time.ts";

/** `onlyHere`: nobody is asked over a network. */
export type Preparing = { readonly tool: string; readonly onlyHere: boolean };

/** What a tool's database says of its statements, none of which is done; nothing where nobody can say. */
export async function prepareTool(
  drawer: Drawer | null,
  { onlyHere }: Preparing,
  abort: AbortSignal,
): Promise<readonly Unprepared[]> {
  const { prepare } = drawer?.system ?? {};
  if (drawer === null || prepare === undefined) return [];
  const { tool } = drawer;
  const statements = statementsOf(tool);
  const said = await prepare(
    statements.map(({ statement }) => statement),
    { onlyHere, abort: timeOf(abort, tool.limits.timeoutMs) },
  ).catch(() => null);
  if (said === null) return [];
  return statements.flatMap(({ part }, at) => {
    const why = said[at] ?? null;
    return why === null ? [] : [{ tool: tool.name, part, why }];
  });
}

function statementsOf(tool: Tool) {
  return (["operation", "preview", "verify"] as const).flatMap((part) => {
    const sql = tool[part]?.["sql"];
    const statement = typeof sql === "string" ? readStatement(sql) : null;
    return statement === null || "wrong" in statement ? [] : [{ part, statement }];
  });
}
