import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Tool } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import { valueAt } from "./fill.ts";

/** What a tool gave, as it may be given on. */
export type Trimmed = {
  readonly value: Json;
  /** Rows that lay outside of the case. */
  readonly dropped: number;
  readonly warnings: readonly string[];
};

type By = {
  /** What the case is bound to; null: there is none. */
  readonly bindings: JsonObject | null;
  readonly redact: readonly string[];
};

/**
 * Leaves out what may not be given: rows outside of the case, fields that are not on the list, fields
 * that were judged away, and what is more than the limits. What was left out is said.
 *
 * @returns null where rows must be the case's and there are none to look at: then nothing may be given
 */
export function trimResult(value: Json, tool: Tool, by: By): Trimmed | null {
  const scoped = withinCase(value, tool, by.bindings);
  if (scoped === null) return null;
  const fields = tool.reads?.fields ?? null;
  const allowed =
    fields === null ? scoped.value : eachRow(scoped.value, (row) => only(row, fields));
  const redacted = by.redact.reduce<Json>((rest, path) => without(rest, path.split(".")), allowed);
  const bounded = withinLimits(redacted, tool);
  return { ...bounded, dropped: scoped.dropped };
}

/** Rows of the case, of a list or of one record: a field in its scope is what the case is bound to. */
export function withinCase(
  value: Json,
  { scope }: Tool,
  bindings: JsonObject | null,
): { readonly value: Json; readonly dropped: number } | null {
  const fields = Object.entries(scope.rows);
  if (fields.length === 0 || value === null) return { value, dropped: 0 };
  const isWithin = (row: Json): boolean =>
    isObject(row) &&
    fields.every(([field, binding]) => isBound(valueAt(row, field), ownOf(bindings, binding)));
  if (Array.isArray(value)) {
    const kept = value.filter((row: Json) => isWithin(row));
    return { value: kept, dropped: value.length - kept.length };
  }
  if (!isObject(value)) return null;
  return isWithin(value) ? { value, dropped: 0 } : { value: null, dropped: 1 };
}

/** An id is one whether it is written as a number or as a text; a case may be bound to several. */
function isBound(said: Json | undefined, own: Json | undefined): boolean {
  if (Array.isArray(own)) return own.some((one: Json) => isBound(said, one));
  const [one, other] = [idIn(said), idIn(own)];
  return one !== null && one === other;
}

function idIn(value: Json | undefined): string | null {
  return typeof value === "string" || typeof value === "number" ? `${value}` : null;
}

function eachRow(value: Json, trim: (row: JsonObject) => JsonObject): Json {
  if (Array.isArray(value)) return value.map((row: Json) => (isObject(row) ? trim(row) : row));
  return isObject(value) ? trim(value) : value;
}

function only(row: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)));
}

/** The value without what stands at a path, in every item of a list. */
function without(value: Json, [first = "", ...rest]: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((one: Json) => without(one, [first, ...rest]));
  if (!isObject(value) || !Object.hasOwn(value, first)) return value;
  const { [first]: inner = null, ...others } = value;
  return rest.length === 0 ? others : { ...others, [first]: without(inner, rest) };
}

function withinLimits(value: Json, { limits }: Tool): Pick<Trimmed, "value" | "warnings"> {
  const { rowsMost, bytesMost } = limits;
  if (Array.isArray(value)) {
    const rows = fitting(value.slice(0, rowsMost), bytesMost);
    const left = value.length - rows.length;
    return {
      value: rows,
      warnings:
        left === 0
          ? []
          : [
              `${left} more rows were left out: ${rowsMost} rows and ${bytesMost} bytes are the most.`,
            ],
    };
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= bytesMost) return { value, warnings: [] };
  const said = `It is ${bytes} bytes, and ${bytesMost} are the most`;
  if (typeof value !== "string") return { value: null, warnings: [`${said}: it was left out.`] };
  const cut = Buffer.from(value).subarray(0, bytesMost - 2);
  return {
    value: cut.toString("utf8").replace(/\uFFFD$/, ""),
    warnings: [`${said}: its end was left out.`],
  };
}

/** As many of the first rows as there is room for. */
function fitting(rows: readonly Json[], bytesMost: number): readonly Json[] {
  let bytes = 2;
  const end = rows.findIndex((row) => {
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    return bytes > bytesMost;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
