import { checkShape, isMap } from "../../definition/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import { factsShape } from "../keys/map.ts";
import type { FactsSource } from "../keys/source.ts";
import type { RequestType } from "../work-map.ts";
import { type Reading, typesOf } from "./reading.ts";

/**
 * The types of what rules read of a case and of a request. Where the map says something of a case, only
 * that and what its requests bind can be named; where it says nothing, anything can.
 */
export function readFacts(
  value: Json | undefined,
  requests: Readonly<Record<string, RequestType>>,
  { report }: Reading,
): JsonObject {
  if (value === undefined) return {};
  const said: Partial<FactsSource> = checkShape(factsShape, value, { path: ["facts"], report });
  if (!isMap(value)) return {};
  const types = typesOf(report);
  const facts: Record<string, JsonObject> = {};
  for (const [root, fields] of Object.entries(said)) {
    const properties: Record<string, JsonObject> = {};
    for (const [name, type] of Object.entries(fields ?? {}))
      properties[name] = types.read(type, ["facts", root, name]).schema;
    const bound = root === "case" ? boundIn(requests) : {};
    facts[root] = {
      type: "object",
      properties: { ...bound, ...properties },
      additionalProperties: false,
    };
  }
  return facts;
}

function boundIn(requests: Readonly<Record<string, RequestType>>): JsonObject {
  const names = Object.values(requests).flatMap((request) => Object.keys(request.case));
  return { id: { type: "string" }, ...Object.fromEntries(names.map((name) => [name, {}])) };
}
