import { ownOf } from "../own.ts";
import type { Grant, Tool, WorkMap } from "./work-map.ts";

/** How many records an agent could reach: which question that is, tool by tool. */
export type Reach = {
  readonly tool: string;
  readonly system: string;
  /** What it reads or writes; null where the map does not say. */
  readonly entity: string | null;
  /** What holds it to one case: `order_id`. Nothing: all of them. */
  readonly boundBy: readonly string[];
  readonly isWriting: boolean;
};

/** Of each tool that an agent may use, which records it could reach. */
export function reachOf(map: WorkMap, { tools }: Grant): readonly Reach[] {
  return tools.flatMap((name): readonly Reach[] => {
    const tool = ownOf(map.tools, name);
    if (tool === undefined) return [];
    const isWriting = tool.level !== "reference" && tool.level !== "case";
    const entity = tool.writes ?? tool.reads?.entity ?? null;
    return [
      {
        tool: name,
        system: tool.system,
        entity,
        boundBy: boundBy(tool),
        isWriting,
      },
    ];
  });
}

/** What of the case holds a tool to it. */
export function boundBy({ scope }: Pick<Tool, "scope">): readonly string[] {
  return [...new Set([...Object.values(scope.args), ...Object.values(scope.rows)])];
}

/** Whether a statement gives only some of a table, as far as it shows. */
export function hasFilter({ operation }: Pick<Tool, "operation">): boolean {
  const { sql } = operation;
  return typeof sql !== "string" || /\b(where|join)\b/i.test(sql);
}
