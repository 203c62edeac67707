import { parse } from "yaml";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";

/** One operation of an OpenAPI 3 document, as a tool. */
export type OpenapiOperation = {
  readonly method: string;
  /** With `{name}` where an argument stands. */
  readonly path: string;
  /** Where each argument goes; those of a JSON body by the names of its fields. */
  readonly places: Readonly<Record<string, "path" | "query" | "header" | "body">>;
  /** JSON Schema of the arguments, closed. */
  readonly args: JsonObject;
  /** JSON Schema of what it gives when all is well; null: the document does not say. */
  readonly returns: JsonObject | null;
  readonly description: string;
};

const METHODS = ["get", "put", "post", "delete", "head", "patch"] as const;
/** References within references. */
const DEPTH_MOST = 32;

/**
 * Finds an operation by its `operationId`, or by its method and path ("GET /orders/{id}").
 * References within the document are followed, others are not.
 */
export function openapiOperation(
  document: Json,
  name: string,
): OpenapiOperation | { readonly wrong: string } {
  const root = isObject(document) ? document : {};
  const version = root["openapi"];
  if (typeof version !== "string" || !version.startsWith("3."))
    return { wrong: "The document is none of OpenAPI 3: it does not begin with openapi: 3.x." };
  const names: string[] = [];
  for (const [path, item] of Object.entries(objectAt(root, "paths"))) {
    if (!isObject(item)) continue;
    for (const method of METHODS) {
      const operation = item[method];
      if (!isObject(operation)) continue;
      const id = operation["operationId"];
      const own = `${method.toUpperCase()} ${path}`;
      if (id === name || own === name) return read({ root, item, operation, method, path });
      names.push(typeof id === "string" ? id : own);
    }
  }
  return {
    wrong: `The document has no operation "${name}". It has: ${names.slice(0, 20).join(", ")}.`,
  };
}

/** A document as it is written, in JSON or YAML; null: it cannot be read. */
export function readDocument(text: string): Json {
  try {
    // What YAML has beyond JSON, a time or a key that is no text, is written as JSON has it.
    return JSON.parse(JSON.stringify(parse(text, { maxAliasCount: 100 }) ?? null)) as Json;
  } catch {
    return null;
  }
}

type Found = {
  readonly root: JsonObject;
  readonly item: JsonObject;
  readonly operation: JsonObject;
  readonly method: string;
  readonly path: string;
};

function read({ root, item, operation, method, path }: Found): OpenapiOperation {
  const resolved = (value: Json | undefined): Json => resolve(value ?? null, root, 0);
  const parameters = [...listIn(item, "parameters"), ...listIn(operation, "parameters")];
  const body = bodyOf(resolved(operation["requestBody"]));
  const required = listIn(body, "required").filter((name) => typeof name === "string");
  const given = [
    ...parameters.flatMap((parameter) => parameterOf(resolved(parameter))),
    ...Object.entries(objectAt(body, "properties")).map(
      ([name, schema]): Given => ({ name, place: "body", schema, must: required.includes(name) }),
    ),
  ];
  const words = operation["summary"] ?? operation["description"];
  return {
    method: method.toUpperCase(),
    path,
    places: Object.fromEntries(given.map(({ name, place }) => [name, place])),
    args: {
      type: "object",
      properties: Object.fromEntries(given.map(({ name, schema }) => [name, schema])),
      required: [...new Set(given.flatMap(({ name, must }) => (must ? [name] : [])))],
      additionalProperties: false,
    },
    returns: returnsOf(resolved(operation["responses"])),
    description: typeof words === "string" ? words : "",
  };
}

type Given = {
  readonly name: string;
  readonly place: "path" | "query" | "header" | "body";
  readonly schema: Json;
  readonly must: boolean;
};

/** One of a cookie is nobody's to give. */
function parameterOf(said: Json): readonly Given[] {
  if (!isObject(said)) return [];
  const { name, in: place, schema, required } = said;
  if (typeof name !== "string") return [];
  if (place !== "path" && place !== "query" && place !== "header") return [];
  return [{ name, place, schema: schema ?? {}, must: required === true || place === "path" }];
}

function bodyOf(said: Json): JsonObject {
  return isObject(said) ? (schemaIn(said) ?? {}) : {};
}

function returnsOf(responses: Json): JsonObject | null {
  if (!isObject(responses)) return null;
  const well = Object.keys(responses).find((status) => /^2(\d\d|XX)$/.test(status));
  const said = well === undefined ? null : ownOf(responses, well);
  return isObject(said ?? null) ? schemaIn(said as JsonObject) : null;
}

function schemaIn(said: JsonObject): JsonObject | null {
  const json = objectAt(said, "content")["application/json"];
  const schema = isObject(json ?? null) ? (json as JsonObject)["schema"] : null;
  return isObject(schema ?? null) ? (schema as JsonObject) : null;
}

/** The value with the references of the document put in; one that leads on and on stands for anything. */
function resolve(value: Json, root: JsonObject, depth: number): Json {
  if (depth > DEPTH_MOST) return {};
  if (Array.isArray(value)) return value.map((one: Json) => resolve(one, root, depth + 1));
  if (!isObject(value)) return value;
  const { $ref } = value;
  if (typeof $ref === "string") return resolve(pointed(root, $ref), root, depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, resolve(one, root, depth + 1)]),
  );
}

/** @see RFC 6901 */
function pointed(root: JsonObject, reference: string): Json {
  if (!reference.startsWith("#/")) return {};
  let here: Json = root;
  for (const part of reference.slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    here = isObject(here) ? (here[name] ?? {}) : {};
  }
  return here;
}

function objectAt(value: JsonObject, name: string): JsonObject {
  const found = ownOf(value, name);
  return isObject(found) ? found : {};
}

function listIn(value: JsonObject, name: string): readonly Json[] {
  const found = ownOf(value, name);
  return Array.isArray(found) ? found : [];
}
