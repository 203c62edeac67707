import type { OutputFields } from "../definition/index.ts";
import { isObject, type Json } from "../json.ts";
import { ownOf } from "../own.ts";
import { type Draft, store } from "./draft.ts";
import type { Stored } from "./event.ts";
import { load } from "./scope.ts";

/**
 * What a step gave, as it promised it: every declared output there and of its type, converted where
 * the table of conversions allows. Whoever gives it, an agent or a person, it goes through here (M13).
 */
export function accepted(
  draft: Draft,
  output: Stored,
  declared: OutputFields,
): { readonly output: Stored } | { readonly why: string } {
  const given = load(output, draft.read);
  if (!isObject(given))
    return { why: "The answer's outputs are not an object of names and values." };
  let changed: Record<string, Json> | null = null;
  for (const name in declared.fields) {
    const type = ownOf(declared.fields, name);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (type === undefined) continue;
    if (value === undefined)
      return {
        why: `The output "${name}" (${type.text}) is missing. Given: ${Object.keys(given).join(", ") || "nothing"}.`,
      };
    const converted = type.convert(value);
    if (!converted.ok) return { why: `The output "${name}" is no ${type.text}: ${converted.why}` };
    if (converted.value !== value) changed = { ...(changed ?? given), [name]: converted.value };
  }
  return { output: changed === null ? output : store(draft, changed) };
}
