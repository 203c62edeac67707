import { parseDigest } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Envelope } from "./envelope.ts";

/**
 * The fields of events that hold what people wrote, what agents read and what tools were given: by
 * name, wherever in an event's data they stand. What governs stays clear: types, digests, verdicts,
 * rules, keys, paths, levels, versions of the map, and who of the company did it. A new field with
 * such a thing in it takes one of these names.
 */
const CONTENT: ReadonlySet<string> = new Set([
  "about",
  "after",
  "answer",
  "args",
  "ask",
  "attachments",
  "before",
  "bindings",
  "blocks",
  "body",
  "bound",
  "changes",
  "conditions",
  "content",
  "conversation",
  "detail",
  "details",
  "edited",
  "evidence",
  "excerpt",
  "facts",
  "feedback",
  "found",
  "ids",
  "impact",
  "inputs",
  "leaves",
  "look",
  "message",
  "note",
  "output",
  "outputs",
  "params",
  "payload",
  "personal",
  "preview",
  "question",
  "quote",
  "reason",
  "reasons",
  "recipient",
  "requester",
  "requesters",
  "recipient",
  "requester",
  "result",
  "say",
  "show",
  "text",
  "title",
  "trusted",
  "value",
  "values",
  "warning",
  "warnings",
  "why",
]);

/** How deep in an event's data such fields are looked for; what is deeper is sealed with what holds it. */
const DEPTH_MOST = 8;

/** Shown in the place of what was erased. */
export const ERASED = "[erased]";

/**
 * Where in an event's data contents stand, as JSON pointers: what is sealed in the stream of a subject.
 * @see RFC 6901
 */
export function contentPaths(type: string, data: JsonObject): readonly string[] {
  const paths: string[] = [];
  const clear = CLEAR[type];
  // In one order, whoever has put the data in order before or not.
  for (const name of Object.keys(data).toSorted())
    if (name !== clear) lookInto(data[name], { name, at: "", depth: 0, paths });
  return paths;
}

/** What is called as a content and is one of a few words that the machine goes by. */
const CLEAR: Readonly<Record<string, string>> = { "exception.raised": "why", "timer.set": "why" };

type Place = {
  readonly name: string;
  readonly at: string;
  readonly depth: number;
  readonly paths: string[];
};

function lookInto(value: Json | undefined, { name, at, depth, paths }: Place): void {
  if (value === undefined || isEmpty(value)) return;
  const path = `${at}/${escaped(name)}`;
  if (CONTENT.has(name) && isContent(name, value)) paths.push(path);
  else if (typeof value !== "object" || value === null) return;
  else if (depth === DEPTH_MOST) paths.push(path);
  else if (isList(value))
    for (const [index, item] of value.entries())
      lookInto(item, { name: String(index), at: path, depth: depth + 1, paths });
  else
    for (const inner of Object.keys(value))
      lookInto(value[inner], { name: inner, at: path, depth: depth + 1, paths });
}

/** Nothing is hidden by sealing it. */
function isEmpty(value: Json): boolean {
  if (value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/**
 * A stored value is sealed inside, so that it stays one: `{ value }`, or the digest of a content that is
 * sealed where it is kept. Digests are names, and what is only true or false governs.
 */
function isContent(name: string, value: Json): boolean {
  if (name === "value") return true;
  if (typeof value === "boolean") return false;
  if (typeof value === "string") return parseDigest(value) === null;
  return !isStored(value);
}

function isStored(value: Json): boolean {
  if (typeof value !== "object" || value === null || isList(value)) return false;
  const names = Object.keys(value);
  if (names.length === 1) return "value" in value;
  return names.length === 2 && "digest" in value && "bytes" in value;
}

/** What a sealed field is in the data that are hashed and stored: only its kind is left. */
function hollowOf(value: Json | undefined): Json {
  if (typeof value !== "object" || value === null) return null;
  return isList(value) ? [] : {};
}

/** What stands for a field whose key is destroyed: of its kind, so that whoever folds the log finds an object where one was. */
export function erasedOf(hollow: Json | undefined): Json {
  if (typeof hollow !== "object" || hollow === null) return ERASED;
  return isList(hollow) ? [] : { [ERASED]: true };
}

/** The data as they are hashed and stored: without what is sealed. Twice is once. */
export function hollowed(data: JsonObject, paths: readonly string[]): JsonObject {
  let hollow = data;
  for (const path of paths) hollow = filled(hollow, path, hollowOf(valueAt(data, path)));
  return hollow;
}

/** An envelope as it is hashed and stored. */
export function closedOf(event: Envelope): Envelope {
  if (event.sealed.length === 0) return event;
  const paths = event.sealed.map(({ path }) => path);
  return { ...event, data: hollowed(event.data, paths) };
}

export function valueAt(data: Json, path: string): Json | undefined {
  let value: Json | undefined = data;
  for (const name of namesIn(path)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = isList(value) ? value[Number(name)] : value[name];
  }
  return value;
}

/** A copy with another value there; what does not lie on the way is shared. */
export function filled(data: JsonObject, path: string, value: Json): JsonObject {
  return put(data, namesIn(path), value) as JsonObject;
}

function put(at: Json, [name, ...rest]: readonly string[], value: Json): Json {
  if (name === undefined) return value;
  if (typeof at !== "object" || at === null) return at;
  if (isList(at))
    return at.map((item, index) => (index === Number(name) ? put(item, rest, value) : item));
  return { ...at, [name]: put(at[name] ?? null, rest, value) };
}

function namesIn(path: string): readonly string[] {
  return path
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
