import type { Json, JsonObject } from "../../json.ts";
import { isObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { Kind } from "../reckoning/value.ts";

/** What is known of a value before it is there. A kind that is null is: it may be anything. */
export type Known = { readonly kind: Kind | null; readonly schema: JsonObject };

export const ANYTHING: Known = { kind: null, schema: {} };

const KINDS: Readonly<Record<string, Kind>> = {
  string: "text",
  number: "number",
  integer: "number",
  boolean: "bool",
  array: "list",
  object: "object",
};

export function ofKind(kind: Kind | null): Known {
  return { kind, schema: {} };
}

/** What a JSON Schema promises; a null that it allows is as good as absent. */
export function knownBy(schema: JsonObject): Known {
  return { kind: kindBy(schema), schema };
}

export function itemsOf(list: Known): Known {
  const items = list.schema["items"];
  return isObject(items) ? knownBy(items) : ANYTHING;
}

/** A field of an object; `fields` when the object has no such field, and they are all it has. */
export function fieldOf(
  object: Known,
  name: string,
): Known | { readonly fields: readonly string[] } {
  const { properties, additionalProperties: more, patternProperties } = object.schema;
  if (isObject(properties) && Object.hasOwn(properties, name)) {
    const property = ownOf(properties, name);
    return isObject(property) ? knownBy(property) : ANYTHING;
  }
  if (isObject(more)) return knownBy(more);
  if (!isObject(properties) || more === true || isObject(patternProperties)) return ANYTHING;
  return { fields: Object.keys(properties) };
}

function kindBy(schema: JsonObject): Kind | null {
  const { type } = schema;
  const types = (Array.isArray(type) ? type : [type]).filter((one) => one !== "null");
  if (types.length === 1 && typeof types[0] === "string") return KINDS[types[0]] ?? null;
  if (types.length > 1) {
    const kinds = new Set(types.map((one) => KINDS[String(one)] ?? null));
    return kinds.size === 1 ? ([...kinds][0] ?? null) : null;
  }
  if (isObject(schema["properties"])) return "object";
  if (isObject(schema["items"])) return "list";
  return kindOfAll(schema["enum"]);
}

function kindOfAll(values: Json | undefined): Kind | null {
  if (!Array.isArray(values) || values.length === 0) return null;
  const types = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  return types.size === 1 ? (KINDS[[...types][0] ?? ""] ?? null) : null;
}
