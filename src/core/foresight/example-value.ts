import type { Task, TypeRef, Wait } from "../definition/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** Of a list that nobody knows the length of. */
export const ITEMS_SUPPOSED = 3;
const DEPTH_MOST = 8;

const BY_FORMAT: Readonly<Record<string, string>> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
  email: "someone@example.com",
  path: "example.txt",
  money: "USD 1.00",
};

/**
 * What a step might give, as its types promise it; where nothing is promised, a text under each name
 * that other steps read.
 *
 * @param read names of outputs that are read of it
 */
export function exampleOutputs(
  { outputs }: Pick<Task | Wait, "outputs">,
  read: readonly string[],
): JsonObject {
  const declared = Object.entries(outputs.fields).map(([name, type]): [string, Json] => [
    name,
    exampleOf(type),
  ]);
  const open = read
    .filter((name) => !Object.hasOwn(outputs.fields, name))
    .map((name): [string, Json] => [name, "example"]);
  return Object.fromEntries([...open, ...declared]);
}

function exampleOf(type: TypeRef): Json {
  const made = valueOf(type.schema, 0);
  const converted = type.convert(made);
  return converted.ok ? converted.value : made;
}

function valueOf(schema: JsonObject, depth: number): Json {
  const said = saidOf(schema);
  if (said !== undefined) return said;
  const { anyOf, type } = schema;
  if (Array.isArray(anyOf) && isObject(anyOf[0])) return valueOf(anyOf[0], depth);
  switch (Array.isArray(type) ? type[0] : type) {
    case "number":
    case "integer":
      return numberOf(schema);
    case "boolean":
      return true;
    case "array":
      return listOf(schema, depth);
    case "object":
      return objectOf(schema, depth);
    case "null":
      return null;
    default:
      return textOf(schema);
  }
}

/** What the schema itself names. */
function saidOf({ enum: among, const: only, default: otherwise }: JsonObject): Json | undefined {
  return only ?? otherwise ?? (Array.isArray(among) ? among[0] : undefined);
}

function textOf({ format }: JsonObject): string {
  const text = typeof format === "string" ? BY_FORMAT[format] : undefined;
  return text ?? "example";
}

function numberOf({ minimum, maximum }: JsonObject): number {
  if (typeof minimum === "number" && minimum > 1) return minimum;
  return typeof maximum === "number" && maximum < 1 ? maximum : 1;
}

function listOf({ items, minItems }: JsonObject, depth: number): Json {
  if (depth >= DEPTH_MOST) return [];
  const length = Math.max(ITEMS_SUPPOSED, typeof minItems === "number" ? minItems : 0);
  const item = isObject(items) ? valueOf(items, depth + 1) : "example";
  return Array.from({ length }, () => item);
}

function objectOf({ properties }: JsonObject, depth: number): Json {
  if (!isObject(properties) || depth >= DEPTH_MOST) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      isObject(schema) ? valueOf(schema, depth + 1) : "example",
    ]),
  );
}
