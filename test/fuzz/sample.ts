import { parseType } from "../../src/core/definition/index.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Chance } from "../simulation/chance.ts";

type Types = Readonly<Record<string, JsonObject>>;

/** What a good agent gives: a value of each declared output's type. */
export function outputsFor(
  outputs: { readonly [name: string]: string },
  types: Types,
  chance: Chance,
): Record<string, unknown> {
  const given = Object.entries(outputs).map(([name, text]): [string, unknown] => [
    name,
    sample(parseType(text, types).type.schema, chance, 0),
  ]);
  return Object.fromEntries(given);
}

const DEPTH_MOST = 6;
const TEXTS: Readonly<Record<string, string>> = {
  uuid: "123e4567-e89b-42d3-a456-426614174000",
  uri: "https://example.com/a",
  email: "ana@example.com",
  date: "2026-03-01",
  "date-time": "2026-03-01T10:00:00Z",
  path: "out/a.txt",
  money: "EUR 12.50",
};

export function sample(schema: JsonObject, chance: Chance, depth: number): unknown {
  const { type, format } = schema;
  const allowed = schema["enum"];
  if (Array.isArray(allowed) && allowed.length > 0) return chance.one(allowed);
  const [kind] = Array.isArray(type) ? type : [type];
  if (depth > DEPTH_MOST) return null;
  switch (kind) {
    case "string":
      return (
        (typeof format === "string" ? TEXTS[format] : undefined) ??
        chance.one(["text", "x", "gold"])
      );
    case "number":
      return chance.one([0, 1, 12.5, 99]);
    case "integer":
      return chance.between(0, 100);
    case "boolean":
      return chance.is(0.7);
    case "array":
      return Array.from({ length: chance.between(0, 4) }, () =>
        sample((schema["items"] ?? {}) as JsonObject, chance, depth + 1),
      );
    case "object":
      return Object.fromEntries(
        Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>).map(
          ([name, below]) => [name, sample(below, chance, depth + 1)],
        ),
      );
    case undefined:
      return chance.one<unknown>(["any", 3, true, null, ["a", "b"], { id: "a", amount: 2 }]);
    default:
      return null;
  }
}
