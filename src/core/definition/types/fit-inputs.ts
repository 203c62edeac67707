import type { Json, JsonObject } from "../../json.ts";
import type { OutputFields, TypeRef } from "../workflow.ts";
import { allowsNull, kindOfSchema } from "./type-kind.ts";

/** What an agent is given, as it says that it takes it; or why that cannot be. */
export type FittedInputs =
  | { readonly ok: true; readonly inputs: JsonObject }
  | { readonly ok: false; readonly why: string };

/**
 * Inputs as whoever gets them says that it takes them: every one that it needs there, none that it does
 * not know, each of its type, converted where the table of conversions allows.
 */
export function fitInputs(declared: OutputFields, inputs: JsonObject): FittedInputs {
  let changed: Record<string, Json> | null = null;
  for (const [name, type] of Object.entries(declared.fields)) {
    const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (value === undefined) {
      if (isNeeded(type)) return { ok: false, why: `"${name}" (${type.text}) is missing` };
      continue;
    }
    const converted = type.convert(value);
    if (!converted.ok) return { ok: false, why: `"${name}" is no ${type.text}: ${converted.why}` };
    if (converted.value !== value) changed = { ...(changed ?? inputs), [name]: converted.value };
  }
  const unknown = declared.open
    ? undefined
    : Object.keys(inputs).find((name) => !Object.hasOwn(declared.fields, name));
  if (unknown !== undefined) return { ok: false, why: `it takes no "${unknown}"` };
  return { ok: true, inputs: changed ?? inputs };
}

/** What may be null may be left out, too. */
export function isNeeded({ schema }: TypeRef): boolean {
  return kindOfSchema(schema) !== "any" && !allowsNull(schema);
}
