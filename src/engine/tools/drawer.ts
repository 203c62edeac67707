import type { Json, JsonObject } from "../../core/json.ts";
import type { Tool } from "../../core/map/index.ts";
import type { OpenSystem } from "./kind.ts";

/** A tool with the system it acts on; `fault`: why it cannot be used. */
export type Drawer = {
  readonly tool: Tool;
  readonly system: OpenSystem;
  readonly fault: string | null;
  readonly now: () => number;
};

/** One record of what was found: of a list with one row, that row. */
export function oneOf(value: Json): Json {
  return Array.isArray(value) && value.length <= 1 ? (value[0] ?? null) : value;
}

export function objectOf(value: Json): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}
