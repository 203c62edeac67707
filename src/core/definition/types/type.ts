import { isObject, type Json, type JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { TypeRef } from "../workflow.ts";
import { convertsTo } from "./convert.ts";

/** A type as it was read. */
export type ParsedType = {
  readonly type: TypeRef;
  /** False: a name in it is declared nowhere, and passes anything. */
  readonly known: boolean;
  /** Those names. */
  readonly unknown: readonly string[];
  /** What is wrong in it, as a sentence; the type then passes anything. */
  readonly wrong: string | null;
};

/** Types that need no declaration, by their name in small letters. A duration is a number of seconds. */
const BUILT_IN: Readonly<Record<string, JsonObject>> = {
  string: { type: "string" },
  text: { type: "string" },
  number: { type: "number" },
  float: { type: "number" },
  integer: { type: "integer" },
  int: { type: "integer" },
  boolean: { type: "boolean" },
  bool: { type: "boolean" },
  date: { type: "string", format: "date" },
  timestamp: { type: "string", format: "date-time" },
  datetime: { type: "string", format: "date-time" },
  duration: { type: "number", format: "duration" },
  url: { type: "string", format: "uri" },
  uuid: { type: "string", format: "uuid" },
  email: { type: "string", format: "email" },
  file: {
    type: "object",
    properties: {
      file: { type: "string", pattern: "^sha256:[0-9a-f]{64}$" },
      name: { type: "string" },
      bytes: { type: "integer" },
    },
    required: ["file", "name", "bytes"],
  },
  path: { type: "string", format: "path" },
  money: { type: "string", format: "money" },
  object: { type: "object" },
  list: { type: "array" },
  array: { type: "array" },
  any: {},
};

/** Names that may be written for a type, for messages and documents. */
export const BUILT_IN_TYPES: readonly string[] = [
  "string",
  "number",
  "integer",
  "boolean",
  "date",
  "timestamp",
  "duration",
  "URL",
  "UUID",
  "email",
  "path",
  "File",
  "money",
  "object",
  "list",
  "any",
];

const JSON_SCHEMA_TYPES = new Set([
  "string",
  "number",
  "integer",
  "boolean",
  "array",
  "object",
  "null",
]);
/** Of a text that is no type, in a message. */
const SHOWN_CHARACTERS_MOST = 60;
/** Of brackets and question marks after a name, and of types within types. */
const TYPE_DEPTH_MOST = 32;

/**
 * Reads a type as written: a built-in or declared name, `T[]` for a list, `T?` where null may stand.
 *
 * @param declared JSON Schemas by name; where a type stands in them, a type's text may stand too
 */
export function parseType(
  text: string,
  declared: Readonly<Record<string, JsonObject>>,
): ParsedType {
  const reading = begin(declared);
  return parsed(text.trim(), ofText(text, reading), reading);
}

/**
 * A type given as a JSON Schema, without `$ref`. In it a type's text may stand for a schema
 * (`properties: { id: UUID }`) and for a `type` (`type: UUID[]`); `required: true` may stand in a
 * property; and `convert: lossy` allows conversions that lose something (see convert.ts).
 */
export function typeOfSchema(
  schema: JsonObject,
  declared: Readonly<Record<string, JsonObject>>,
): ParsedType {
  const reading = begin(declared);
  const expanded = ofSchema(schema, reading);
  const { title, type } = schema;
  const name = [title, type].find((one) => typeof one === "string");
  return parsed(typeof name === "string" ? name : "any", expanded, reading);
}

type Reading = {
  readonly declared: Readonly<Record<string, JsonObject>>;
  readonly unknown: Set<string>;
  readonly wrong: string[];
  /** The declared names being read: one that refers to itself passes anything there. */
  readonly within: readonly string[];
};

function begin(declared: Readonly<Record<string, JsonObject>>): Reading {
  return { declared, unknown: new Set(), wrong: [], within: [] };
}

function parsed(text: string, schema: JsonObject, reading: Reading): ParsedType {
  const made = convertsTo(schema);
  const unknown = [...reading.unknown];
  const wrong = reading.wrong[0] ?? made.wrong;
  const type = { text, schema: wrong === null ? schema : {}, convert: made.convert };
  return { type, known: unknown.length === 0, unknown, wrong };
}

function ofText(text: string, reading: Reading): JsonObject {
  const [, name = "", marks = ""] =
    /^\s*([A-Za-z_][\w.-]*)\s*((?:\[\s*\]|\?|\s)*)$/.exec(text) ?? [];
  if (name === "" || marks.length > TYPE_DEPTH_MOST || reading.within.length > TYPE_DEPTH_MOST) {
    const shown =
      text.length > SHOWN_CHARACTERS_MOST ? `${text.slice(0, SHOWN_CHARACTERS_MOST)}…` : text;
    reading.wrong.push(`"${shown}" is no type; write one such as string, Customer[] or UUID?`);
    return {};
  }
  let schema = ofName(name, reading);
  for (const mark of marks.match(/\[\s*\]|\?/g) ?? [])
    schema = mark === "?" ? orNull(schema) : { type: "array", items: schema };
  return schema;
}

function ofName(name: string, reading: Reading): JsonObject {
  if (Object.hasOwn(reading.declared, name)) {
    if (reading.within.includes(name)) return {};
    const inside = { ...reading, within: [...reading.within, name] };
    return ofSchema(ownOf(reading.declared, name) ?? {}, inside);
  }
  const small = name.toLowerCase();
  if (Object.hasOwn(BUILT_IN, small)) return BUILT_IN[small] ?? {};
  reading.unknown.add(name);
  return {};
}

function orNull(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (Object.keys(schema).length === 0) return schema;
  return typeof type === "string" && schema["enum"] === undefined && schema["const"] === undefined
    ? { ...schema, type: [type, "null"] }
    : { anyOf: [schema, { type: "null" }] };
}

/** A schema, or a type's text where a schema stands. */
function ofEither(value: Json, reading: Reading): Json {
  if (typeof value === "string") return ofText(value, reading);
  return isObject(value) ? ofSchema(value, reading) : value;
}

function ofSchema(schema: JsonObject, reading: Reading): JsonObject {
  if (schema["$ref"] !== undefined)
    reading.wrong.push(
      `$ref is not followed; write the type's name: ${JSON.stringify(schema["$ref"])}`,
    );
  const { type, required, ...rest } = schema;
  const isNamed = typeof type === "string" && !JSON_SCHEMA_TYPES.has(type);
  const named = isNamed ? ofText(type, reading) : type === undefined ? {} : { type };
  const more = Array.isArray(required) ? { required } : {};
  const expanded = { ...named, ...more, ...within(rest, reading) };
  const needed = neededProperties(schema["properties"]);
  return needed.length === 0
    ? expanded
    : {
        ...expanded,
        required: [...new Set([...(Array.isArray(required) ? required : []), ...needed])],
      };
}

/** The parts of a schema that are schemas, each expanded. */
function within(rest: JsonObject, reading: Reading): JsonObject {
  const result: Record<string, Json> = { ...rest };
  for (const key of ["properties", "patternProperties"]) {
    const parts = rest[key];
    if (isObject(parts))
      result[key] = Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [name, ofEither(part, reading)]),
      );
  }
  for (const key of ["items", "additionalProperties", "not"]) {
    const part = rest[key];
    if (part !== undefined) result[key] = ofEither(part, reading);
  }
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const parts = rest[key];
    if (Array.isArray(parts)) result[key] = parts.map((part) => ofEither(part, reading));
  }
  return result;
}

function neededProperties(properties: Json | undefined): readonly string[] {
  if (!isObject(properties)) return [];
  return Object.entries(properties)
    .filter(([, property]) => isObject(property) && property["required"] === true)
    .map(([name]) => name);
}
