import { isObject, type Json, type JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { TypeRef } from "../workflow.ts";
import { CONVERSIONS } from "./conversion-table.ts";
import { fitting } from "./fitting.ts";
import {
  allowsNull,
  itemsOf,
  kindOfSchema,
  kindOfValue,
  propertiesOf,
  type TypeKind,
} from "./type-kind.ts";

/** A value as its type wants it, or why it cannot be that. */
type Converted = ReturnType<TypeRef["convert"]>;

/** Problems named in one sentence; the rest is counted. */
const SHOWN_CHARACTERS_MOST = 60;

/**
 * Makes the conversion to a type, ready to be called often. A value that fits is given as it is,
 * without a copy; else what does not fit is converted by the table, part by part; what then still
 * does not fit is refused with a sentence. `convert: lossy` in a schema allows in it, and in what is
 * within it, the conversions that lose something. Never throws.
 *
 * @returns also what is wrong with the schema itself, or null; it then passes anything
 */
export function convertsTo(schema: JsonObject): {
  readonly convert: TypeRef["convert"];
  readonly wrong: string | null;
} {
  const fit = fitting(schema);
  if (typeof fit === "string") return { convert: (value) => ({ ok: true, value }), wrong: fit };
  const convert = (value: Json): Converted => {
    const misfit = fit(value);
    if (misfit === null) return { ok: true, value };
    const reshaped = reshape(value, { schema, lossy: false, at: "" });
    if (!reshaped.ok) return reshaped;
    const still = reshaped.value === value ? misfit : fit(reshaped.value);
    return still === null ? reshaped : { ok: false, why: still };
  };
  return { convert, wrong: null };
}

type Wanted = { readonly schema: JsonObject; readonly lossy: boolean; readonly at: string };

function reshape(value: Json, wanted: Wanted): Converted {
  const { schema } = wanted;
  const kind = kindOfSchema(schema);
  if (kind === "any" || (value === null && allowsNull(schema))) return { ok: true, value };
  const lossy = wanted.lossy || schema["convert"] === "lossy";
  const opened = convertOne(value, { ...wanted, lossy }, kind);
  if (!opened.ok) return opened;
  const inside = { ...wanted, lossy };
  if (Array.isArray(opened.value) && kind === "list") return list(opened.value, inside);
  if (isObject(opened.value) && kind === "object") return object(opened.value, inside);
  return opened;
}

/** One value by the first row of the table that takes it; what needs no row is given as it is. */
function convertOne(value: Json, wanted: Wanted, kind: TypeKind): Converted {
  const from = kindOfValue(value);
  const row = CONVERSIONS.find(
    (one) =>
      (one.from === from || one.from === "one") &&
      (one.to === kind || one.to === "nothing") &&
      one.applies({ value, kind, schema: wanted.schema, items: itemKind(wanted.schema, kind) }),
  );
  const result = row?.convert(value, wanted.lossy);
  if (result === undefined)
    return NATURAL[kind] === from
      ? { ok: true, value }
      : refused(wanted, `${shown(value)} is no ${kind}`);
  return result.ok ? result : refused(wanted, result.why);
}

function itemKind(schema: JsonObject, kind: TypeKind): TypeKind | null {
  return kind === "list" ? kindOfSchema(itemsOf(schema)) : null;
}

/** What a value of a type is in JSON; whether it really is of the type, its schema says. */
const NATURAL: Readonly<Record<TypeKind, ReturnType<typeof kindOfValue> | null>> = {
  any: null,
  text: "text",
  number: "number",
  integer: "number",
  boolean: "boolean",
  date: "text",
  timestamp: "text",
  duration: "number",
  URL: "text",
  UUID: "text",
  email: "text",
  path: "text",
  money: "text",
  list: "list",
  object: "object",
};

function list(items: readonly Json[], wanted: Wanted): Converted {
  const schema = itemsOf(wanted.schema);
  const values: Json[] = [];
  let isSame = true;
  for (const [at, item] of items.entries()) {
    const result = reshape(item, { ...wanted, schema, at: `${wanted.at}[${at}]` });
    if (!result.ok) return result;
    isSame &&= result.value === item;
    values.push(result.value);
  }
  return { ok: true, value: isSame ? items : values };
}

function object(fields: JsonObject, wanted: Wanted): Converted {
  const properties = propertiesOf(wanted.schema);
  const changed: [string, Json][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    if (!Object.hasOwn(fields, name)) continue;
    const field = ownOf(fields, name) ?? null;
    const at = wanted.at === "" ? name : `${wanted.at}.${name}`;
    const result = reshape(field, { ...wanted, schema, at });
    if (!result.ok) return result;
    if (result.value !== field) changed.push([name, result.value]);
  }
  if (changed.length === 0) return { ok: true, value: fields };
  return { ok: true, value: Object.fromEntries([...Object.entries(fields), ...changed]) };
}

function refused({ at }: Wanted, why: string): Converted {
  return { ok: false, why: at === "" ? why : `${at}: ${why}` };
}

function shown(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS_MOST ? `${text.slice(0, SHOWN_CHARACTERS_MOST)}…` : text;
}
