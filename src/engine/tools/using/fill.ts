import { isObject, type Json, type JsonObject } from "../../../core/json.ts";

/** What an operation's texts and values stand for; `before` and `result` only where something was written. */
export type Filling = { readonly [name: string]: Json };

export type Filled<Value> =
  | { readonly ok: true; readonly value: Value }
  /** Names that are not there: "args.to". */
  | { readonly ok: false; readonly missing: readonly string[] };

/** `{name}` in a text: an argument. A brace with anything else in it stands for itself. */
const IN_TEXT = /\{([A-Za-z_]\w*)\}/g;
/** A text that is a path as a whole is what stands there, of whatever type: `$args.amount`, `$before.status`. */
const WHOLE = /^\$([A-Za-z_]\w*(?:\.\w+)*)$/;

/**
 * A text with its arguments in it.
 *
 * @param spell how an argument is written there, so that it can be nothing but a value
 */
export function fillText(
  text: string,
  args: JsonObject,
  spell: (value: Json) => string = plain,
): Filled<string> {
  const missing: string[] = [];
  const value = text.replaceAll(IN_TEXT, (written, name: string) => {
    const given = Object.hasOwn(args, name) ? args[name] : undefined;
    if (given !== undefined && given !== null) return spell(given);
    missing.push(`args.${name}`);
    return written;
  });
  return missing.length > 0 ? { ok: false, missing } : { ok: true, value };
}

/** A value with what its paths name; one that names nothing that is there is left out of its map. */
export function fillValue(value: Json, from: Filling): Filled<Json> {
  const missing: string[] = [];
  const filled = inside(value, from, missing);
  return filled === undefined ? { ok: false, missing } : { ok: true, value: filled };
}

function inside(value: Json, from: Filling, missing: string[]): Json | undefined {
  if (typeof value === "string") return ofText(value, from, missing);
  if (Array.isArray(value)) return value.flatMap((one: Json) => inside(one, from, missing) ?? []);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const filled = inside(one, from, missing);
    return filled === undefined ? [] : [[key, filled] as const];
  });
  return Object.fromEntries(entries);
}

function ofText(text: string, from: Filling, missing: string[]): Json | undefined {
  if (text.startsWith("$$")) return text.slice(1);
  const path = WHOLE.exec(text)?.[1];
  if (path === undefined) return text;
  const found = valueAt(from, path);
  if (found === undefined) missing.push(path);
  return found;
}

/** What stands at `a.b.0`; undefined: nothing does. */
export function valueAt(value: Json, path: string): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path.split(".")) {
    if (Array.isArray(here)) here = here[Number(part)];
    else if (isObject(here) && Object.hasOwn(here, part)) here = here[part];
    else return undefined;
  }
  return here;
}

export function plain(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
