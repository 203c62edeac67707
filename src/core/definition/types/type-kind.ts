import { isObject, type Json, type JsonObject } from "../../json.ts";
import { type Format, isFormat } from "./format.ts";

/** What a value is to be, as far as conversions care. */
export type TypeKind =
  | "any"
  | "text"
  | "number"
  | "integer"
  | "boolean"
  | "date"
  | "timestamp"
  | "duration"
  | "URL"
  | "UUID"
  | "email"
  | "path"
  | "money"
  | "list"
  | "object";

const KIND_OF_FORMAT: Readonly<Record<Format, TypeKind>> = {
  date: "date",
  "date-time": "timestamp",
  uri: "URL",
  uuid: "UUID",
  email: "email",
  path: "path",
  money: "money",
};

const KIND_OF_TYPE: Readonly<Record<string, TypeKind>> = {
  string: "text",
  number: "number",
  integer: "integer",
  boolean: "boolean",
  array: "list",
  object: "object",
};

/** The kind of a schema; of one that allows null, the kind of the rest. */
export function kindOfSchema(schema: JsonObject): TypeKind {
  const types = typesOf(schema);
  const [type] = types;
  if (types.length !== 1 || type === undefined) {
    const branch = branchOf(schema);
    return branch ? kindOfSchema(branch) : "any";
  }
  const { format } = schema;
  if (type === "string" && isFormat(format)) return KIND_OF_FORMAT[format];
  if (type === "number" && format === "duration") return "duration";
  return KIND_OF_TYPE[type] ?? "any";
}

/** Whether null is a value of it. */
export function allowsNull(schema: JsonObject): boolean {
  const { type, anyOf } = schema;
  if (Array.isArray(type)) return type.includes("null");
  if (type !== undefined) return type === "null";
  return !Array.isArray(anyOf) || anyOf.some((branch) => isObject(branch) && allowsNull(branch));
}

/** The schema of a list's items; `{}` where nothing is said of them. */
export function itemsOf(schema: JsonObject): JsonObject {
  const { items } = branchOf(schema) ?? schema;
  return isObject(items) ? items : {};
}

export function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> {
  const { properties } = branchOf(schema) ?? schema;
  if (!isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      isObject(property) ? property : {},
    ]),
  );
}

export function requiredOf(schema: JsonObject): readonly string[] {
  const { required } = branchOf(schema) ?? schema;
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

/** The kind of a value that is there. */
export function kindOfValue(
  value: Json,
): "text" | "number" | "boolean" | "list" | "object" | "null" {
  if (value === null) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  return Array.isArray(value) ? "list" : "object";
}

/** Of `anyOf: [X, null]` the X. */
function branchOf(schema: JsonObject): JsonObject | null {
  const { anyOf } = schema;
  if (!Array.isArray(anyOf)) return null;
  const branches = anyOf.filter(
    (branch): branch is JsonObject => isObject(branch) && branch["type"] !== "null",
  );
  return branches.length === 1 ? (branches[0] ?? null) : null;
}

function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type))
    return type.filter((one) => typeof one === "string").filter((one) => one !== "null");
  if (isObject(schema["properties"])) return ["object"];
  return isObject(schema["items"]) ? ["array"] : [];
}
