import { isObject, type Json, type JsonObject } from "../json.ts";
import type { ToolSource } from "./keys/source.ts";
import { operationKeys } from "./keys/tools.ts";
import type { System, SystemKind } from "./work-map.ts";

/** The key under which the idempotency key of a call stands in an operation. */
export const KEY_NAME = "key";

/** What a tool does, out of what its author wrote. */
export function operationOf(said: Partial<ToolSource>): JsonObject {
  return Object.fromEntries(
    Object.entries(said as JsonObject).filter(([key]) => Object.hasOwn(operationKeys, key)),
  );
}

/** A preview or a look afterwards: a text is what that kind of system is asked with most. */
export function lookOf(
  said: string | JsonObject | undefined,
  kind: SystemKind | undefined,
): JsonObject | null {
  if (said === undefined) return null;
  if (typeof said !== "string") return said;
  switch (kind) {
    case "http":
      return { method: "GET", path: said };
    case "openapi":
      return { operation: said };
    case "file":
      return { file: said, action: "read" };
    case "function":
    case "command":
      return { run: said };
    case "table":
      return { table: said };
    case "sql":
    case "mail":
    case undefined:
      return { sql: said };
  }
}

/** The arguments that an operation names: `:name` in SQL, `{name}` in a path or a text, `$args.name` in a value. */
export function namesIn(operation: JsonObject): readonly string[] {
  const { sql, ...rest } = operation;
  const inSql = typeof sql === "string" ? parametersOf(sql) : [];
  return [
    ...new Set([...inSql, ...Object.entries(rest).flatMap(([key, value]) => inValue(value, key))]),
  ];
}

/** Named parameters of a statement, without the texts and comments in it, and without Postgres' casts. */
function parametersOf(sql: string): readonly string[] {
  const bare = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
  return [...bare.matchAll(/(?<![:\w]):([A-Za-z_]\w*)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== KEY_NAME);
}

const IN_BRACES: readonly string[] = ["path", "file", "to", "subject", "text", "template"];

function inValue(value: Json, key: string): readonly string[] {
  if (typeof value === "string") {
    const braces = IN_BRACES.includes(key) ? [...value.matchAll(/\{([A-Za-z_]\w*)\}/g)] : [];
    return [...braces, ...value.matchAll(/\$args\.([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
  }
  if (Array.isArray(value)) return value.flatMap((one: Json) => inValue(one, key));
  return isObject(value)
    ? Object.entries(value).flatMap(([name, one]) => inValue(one, key === "" ? name : key))
    : [];
}

/** The table that a statement reads first; null where nobody can tell. */
export function entityOf(operation: JsonObject): string | null {
  const { sql } = operation;
  if (typeof sql !== "string") return null;
  return /\bfrom\s+"?([A-Za-z_][\w.]*)"?/i.exec(sql)?.[1] ?? null;
}

/** Whether a system's operation changes something, as far as it shows. */
export function isWriting(operation: JsonObject, { kind }: Pick<System, "kind">): boolean {
  const { sql, method, action } = operation;
  if (kind === "mail") return true;
  if (typeof sql === "string")
    return /^\s*(insert|update|delete|replace|merge|truncate|drop|alter|create)\b/i.test(sql);
  if (kind === "http") return method !== undefined && method !== "GET";
  return kind === "file" && (action === "write" || action === "append");
}
