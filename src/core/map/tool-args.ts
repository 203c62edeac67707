import type { ValuePath } from "../definition/index.ts";
import type { JsonObject } from "../json.ts";
import type { ToolSource } from "./keys/source.ts";
import type { OpenapiOperation } from "./openapi-operation.ts";
import { lookOf, namesIn } from "./operation.ts";
import { type Reading, typesOf } from "./read/reading.ts";
import type { Tool } from "./work-map.ts";

/** Closed: what is not named is refused. Unsaid, they are what the document says, or what the operation names. */
export function argsOf(
  { args, preview, verify }: Partial<ToolSource>,
  {
    operation,
    document,
    path,
    reading: { report },
  }: {
    readonly operation: JsonObject;
    /** What the system's document says of its operation; null: it has none. */
    readonly document: OpenapiOperation | null;
    readonly path: ValuePath;
    readonly reading: Reading;
  },
): JsonObject {
  const closed = { type: "object", additionalProperties: false } as const;
  if (args === undefined && document !== null) return document.args;
  if (args === undefined) {
    const looks = [preview, verify].map((one) => lookOf(one, "sql") ?? {});
    const names = [...new Set([operation, ...looks].flatMap(namesIn))];
    return {
      ...closed,
      properties: Object.fromEntries(names.map((name) => [name, {}])),
      required: names,
    };
  }
  const types = typesOf(report);
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  for (const [name, type] of Object.entries(args)) {
    const at = [...path, "args", name];
    if (typeof type === "string") {
      const isLeftOut = type.trim().endsWith("?");
      properties[name] = types.read(isLeftOut ? type.trim().slice(0, -1) : type, at).schema;
      if (!isLeftOut) required.push(name);
    } else {
      const { required: must, description, ...schema } = type;
      const read = types.read(schema, at).schema;
      properties[name] = description === undefined ? read : { ...read, description };
      if (must !== false) required.push(name);
    }
  }
  return { ...closed, properties, required };
}

export function propertiesOf(schema: JsonObject): JsonObject {
  return (schema["properties"] ?? {}) as JsonObject;
}

const BINDING = /^case\.([A-Za-z_]\w*)$/;

export function scopeOf(
  said: ToolSource["scope"],
  {
    args,
    path,
    reading: { report },
  }: { readonly args: JsonObject; readonly path: ValuePath; readonly reading: Reading },
): Tool["scope"] {
  const scope = { args: {} as Record<string, string>, rows: {} as Record<string, string> };
  for (const [key, bound] of Object.entries(said ?? {})) {
    const binding = BINDING.exec(bound)?.[1];
    if (binding === undefined) {
      report.add({
        code: "wrong-value",
        message: `"${bound}" names nothing that a case is bound to.`,
        mend: `Write ${key}: case.NAME, with a name that a type of request gives under its case.`,
        path: [...path, "scope", key],
      });
      continue;
    }
    const row = /^row\.(.+)$/.exec(key)?.[1];
    if (row !== undefined) scope.rows[row] = binding;
    else if (Object.hasOwn(propertiesOf(args), key)) scope.args[key] = binding;
    else scope.rows[key] = binding;
  }
  return scope;
}
