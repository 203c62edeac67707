import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import type { Tool } from "../map/index.ts";
import { ownOf } from "../own.ts";
import type { CaseFacts } from "./judgement.ts";

/** Names with a type that holds no words: nothing about a person can be written into them. */
const WORDLESS = new Set(["date", "date-time", "time", "duration", "uuid"]);

/** Why something would go where it may not; null: it may. A pattern is a text with `*`, or `case.x`: that of the case. */
export function misdirected(tool: Tool, args: JsonObject, of: CaseFacts | null): string | null {
  for (const [name, patterns] of Object.entries(tool.destinations)) {
    const said = ownOf(args, name);
    if (said === undefined) continue;
    const places: readonly Json[] = Array.isArray(said) ? said : [said];
    const stray = places.find((place) => !patterns.some((one) => matches(place, one, of)));
    if (stray !== undefined)
      return `"${name}" is ${JSON.stringify(stray)}, and "${tool.name}" reaches only ${patterns.join(", ")}.`;
  }
  return null;
}

function matches(place: Json, pattern: string, of: CaseFacts | null): boolean {
  if (pattern.startsWith("case.")) {
    const name = pattern.slice("case.".length);
    const own = ownOf(of?.bindings, name) ?? ownOf(of?.facts, name);
    return typeof place === "string" && place.toLowerCase() === plainText(own).toLowerCase();
  }
  if (typeof place !== "string" || /[\r\n]/u.test(place)) return false;
  return like(place.toLowerCase(), pattern.toLowerCase().split("*"));
}

function plainText(value: Json | undefined): string {
  return typeof value === "number" ? `${value}` : typeof value === "string" ? value : "";
}

/** Whether a text is these parts in this order, with anything between them. */
function like(text: string, parts: readonly string[]): boolean {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** The arguments in which words of anybody could leave: texts that are neither the case's own nor one of a list. */
export function wordsOf(tool: Tool): readonly string[] {
  const { properties } = tool.args;
  if (!isObject(properties)) return [];
  return Object.entries(properties)
    .filter(([name, schema]) => !Object.hasOwn(tool.scope.args, name) && holdsWords(schema))
    .map(([name]) => name);
}

function holdsWords(schema: Json): boolean {
  if (!isObject(schema) || "enum" in schema || "const" in schema) return false;
  const { type, format, items, properties } = schema;
  if (type === "string") return typeof format !== "string" || !WORDLESS.has(format);
  if (type === "array") return items === undefined || holdsWords(items);
  if (type === "object")
    return !isObject(properties) || Object.values(properties).some((one) => holdsWords(one));
  return type === undefined;
}
