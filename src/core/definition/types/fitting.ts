import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { RE2JS } from "re2js";
import type { Json, JsonObject } from "../../json.ts";
import { isObject } from "../../json.ts";
import { FORMATS, isFormat } from "./format.ts";

/** Null when a value fits, else a sentence that says where and why not. */
export type Fit = (value: Json) => string | null;

/**
 * Makes a JSON Schema into a check. Plain types are compared directly; the rest is compiled once, when
 * the first value comes.
 *
 * @returns the check, or what is wrong with the schema; never throws
 */
export function fitting(schema: JsonObject): Fit | string {
  const plain = plainly(schema);
  if (plain) {
    const why = `it is not ${name(schema)}`;
    return (value) => (plain(value) ? null : (slowly(schema, value) ?? why));
  }
  const first = isSure(schema) ? null : compile(schema);
  if (typeof first === "string") return first;
  let compiled = first;
  return (value) => {
    compiled ??= sureOf(compile(schema));
    return compiled(value) ? null : sentence(compiled.errors?.[0]);
  };
}

function sureOf(compiled: ValidateFunction | string): ValidateFunction {
  if (typeof compiled === "string") throw new Error(compiled);
  return compiled;
}

/** Words of which nothing can be wrong beyond what a look at the schema shows. */
const SURE = new Set([
  "type",
  "enum",
  "const",
  "currency",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
]);

/** Whether it is a schema for certain, so that it need not be compiled before a value comes: a map has hundreds. */
function isSure(schema: JsonObject): boolean {
  const isKnown = Object.keys(schema).every((word) => SURE.has(word) || SILENT.has(word));
  return isKnown && AJV.validateSchema(schema) === true;
}

/** Values of patterns come from outside: RE2 takes no longer for a cruel one. */
const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: "linear" },
);

const AJV = new Ajv({
  strict: false,
  logger: false,
  allErrors: false,
  ownProperties: true,
  formats: {
    ...FORMATS,
    duration: { type: "number", validate: (seconds: number) => seconds >= 0 },
  },
  code: { regExp: linear },
});

function compile(schema: JsonObject): ValidateFunction | string {
  try {
    return AJV.compile(schema);
  } catch (error) {
    return error instanceof Error ? `no JSON Schema: ${error.message}` : "no JSON Schema";
  } finally {
    // What is compiled is kept by who asked for it, and not for ever by the compiler.
    AJV.removeSchema(schema);
  }
}

function slowly(schema: JsonObject, value: Json): string | null {
  const compiled = compile(schema);
  if (typeof compiled === "string") return compiled;
  return compiled(value) ? null : sentence(compiled.errors?.[0]);
}

/** The words of a schema that add nothing to its type. */
const SILENT = new Set(["title", "description", "default", "convert", "examples"]);

function plainly(schema: JsonObject): ((value: Json) => boolean) | null {
  const words = Object.keys(schema).filter((word) => !SILENT.has(word));
  const { type, format, items } = schema;
  if (words.length === 0) return () => true;
  const isPlain = words.every((word) => ["type", "format", "items"].includes(word));
  if (!isPlain || typeof type !== "string") return null;
  if (type === "string" && items === undefined) {
    if (format === undefined) return (value) => typeof value === "string";
    if (!isFormat(format)) return null;
    const fits = FORMATS[format];
    return (value) => typeof value === "string" && fits(value);
  }
  if (type === "array" && format === undefined) return listOf(items);
  return format === undefined && items === undefined ? (PLAIN[type] ?? null) : null;
}

const PLAIN: Readonly<Record<string, (value: Json) => boolean>> = {
  number: (value) => typeof value === "number" && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  object: (value) => isObject(value),
};

function listOf(items: Json | undefined): ((value: Json) => boolean) | null {
  const item = items === undefined ? () => true : isObject(items) ? plainly(items) : null;
  return item && ((value) => Array.isArray(value) && value.every(item));
}

function name(schema: JsonObject): string {
  return JSON.stringify(schema["format"] ?? schema["type"] ?? "any");
}

/** `[3].age: must be integer`. */
function sentence(error: ErrorObject | undefined): string {
  if (!error) return "it does not fit";
  const at = error.instancePath
    .replace(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".")
    .replace(/^\./, "");
  const allowed = error.params["allowedValues"];
  const extra = error.params["additionalProperty"];
  const named = Array.isArray(allowed) ? allowed : typeof extra === "string" ? [extra] : [];
  const more = named.length === 0 ? "" : `: ${named.map((one) => JSON.stringify(one)).join(", ")}`;
  const why = `${error.message ?? "it does not fit"}${more}`;
  return at === "" ? why : `${at}: ${why}`;
}
