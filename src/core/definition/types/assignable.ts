import { isObject, type JsonObject } from "../../json.ts";
import type { TypeRef } from "../workflow.ts";
import { CONVERSIONS } from "./conversion-table.ts";
import {
  allowsNull,
  itemsOf,
  kindOfSchema,
  propertiesOf,
  requiredOf,
  type TypeKind,
} from "./type-kind.ts";

/** Whether what one step gives can be what another takes; `why` is a sentence. */
export type Assignable = { readonly ok: true } | { readonly ok: false; readonly why: string };

/**
 * Compares the types of a producer and a consumer, before anything runs. Only what can never be is
 * refused: what fits, what the table of conversions may make fit, and what is not known passes, and
 * is looked at again when the value is there.
 */
export function isAssignable(from: TypeRef, to: TypeRef): Assignable {
  if (from.text === to.text && from.schema === to.schema) return OK;
  const why = misfit(from.schema, to.schema, "");
  return why === null ? OK : { ok: false, why: `${from.text} is not ${to.text}: ${why}` };
}

const OK: Assignable = { ok: true };

/** Numbers that are the same numbers when they are whole, or seconds. */
const NUMBERS = new Set<TypeKind>(["number", "integer", "duration"]);
/** Texts with a form: every one of them is a text. */
const TEXTS = new Set<TypeKind>(["date", "timestamp", "URL", "UUID", "email", "path", "money"]);

function misfit(from: JsonObject, to: JsonObject, at: string): string | null {
  const given = kindOfSchema(from);
  const wanted = kindOfSchema(to);
  if (given === "any" || wanted === "any") return null;
  const place = at === "" ? "" : `${at}: `;
  if (given === "list" && wanted === "list") return misfit(itemsOf(from), itemsOf(to), `${at}[]`);
  if (given === "object" && wanted === "object") return fields(from, to, at);
  if (wanted === "list" && !(given === "text" && mayHoldRows(to)))
    return misfit(from, itemsOf(to), at);
  if (isConvertible(given, wanted, to)) return choices(from, to, place);
  return `${place}${said(given)} cannot be ${said(wanted)}`;
}

function isConvertible(given: TypeKind, wanted: TypeKind, to: JsonObject): boolean {
  if (given === wanted || (NUMBERS.has(given) && NUMBERS.has(wanted))) return true;
  if (TEXTS.has(given) && wanted === "text") return true;
  if (given === "date" && wanted === "timestamp") return true;
  if (given === "timestamp" && wanted === "date") return to["convert"] === "lossy";
  if (given === "text" && TEXTS.has(wanted)) return true;
  const source = NUMBERS.has(given) ? "number" : given;
  return CONVERSIONS.some((row) => row.from === source && row.to === wanted);
}

/** A text may be JSON or CSV of any list. */
function mayHoldRows(to: JsonObject): boolean {
  return kindOfSchema(itemsOf(to)) !== "list";
}

function fields(from: JsonObject, to: JsonObject, at: string): string | null {
  const given = propertiesOf(from);
  const wanted = propertiesOf(to);
  const isOpen = Object.keys(given).length === 0 || isObject(from["additionalProperties"] ?? null);
  for (const name of requiredOf(to))
    if (!isOpen && !Object.hasOwn(given, name))
      return `${at === "" ? "" : `${at}: `}there is no "${name}"`;
  for (const [name, schema] of Object.entries(wanted)) {
    const field = Object.hasOwn(given, name) ? given[name] : undefined;
    const why = field ? misfit(field, schema, at === "" ? name : `${at}.${name}`) : null;
    if (why !== null) return why;
  }
  return null;
}

/** Two lists of choices that have nothing in common. */
function choices(from: JsonObject, to: JsonObject, place: string): string | null {
  const [given, wanted] = [from["enum"], to["enum"]];
  if (!Array.isArray(given) || !Array.isArray(wanted)) return null;
  if (given.some((one) => wanted.includes(one)) || (allowsNull(from) && allowsNull(to)))
    return null;
  return `${place}none of ${JSON.stringify(given)} is one of ${JSON.stringify(wanted)}`;
}

function said(kind: TypeKind): string {
  return kind === "list" || kind === "object" ? `${kind === "list" ? "a" : "an"} ${kind}` : kind;
}
