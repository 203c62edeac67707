import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { REQUEST_SOURCES } from "../request-source.ts";

/** What a map says of the names that its rules read. */
export type PolicySurroundings = {
  /** `WorkMap.facts`: JSON Schemas of `case` and `request`, and of names of its own. */
  readonly facts: JsonObject;
  readonly tools: Readonly<
    Record<string, { readonly args: JsonObject; readonly operation?: JsonObject }>
  >;
  readonly agents: readonly string[];
  readonly requests: readonly string[];
};

const TEXT: JsonObject = { type: "string" };
const OPEN: JsonObject = { type: "object" };
const BOOL: JsonObject = { type: "boolean" };

/**
 * The names that the judge gives to a rule, with their types, as JSON Schemas by the name that stands
 * first. `args` is `action.args`, for short.
 *
 * @param tools only these can be meant; null: any
 */
export function policyNames(
  surroundings: PolicySurroundings,
  tools: readonly string[] | null = null,
): Readonly<Record<string, JsonObject>> {
  // Of hundreds of rules most speak of the same tools, or of any.
  const known = KNOWN.get(surroundings) ?? new Map<string, Names>();
  KNOWN.set(surroundings, known);
  const key = JSON.stringify(tools);
  const names = known.get(key) ?? namesOf(surroundings, tools);
  known.set(key, names);
  return names;
}

type Names = Readonly<Record<string, JsonObject>>;
/** What was said of a map before, by the tools that were meant. */
const KNOWN = new WeakMap<PolicySurroundings, Map<string, Names>>();

function namesOf(surroundings: PolicySurroundings, tools: readonly string[] | null): Names {
  const { facts, agents, requests } = surroundings;
  const args = argsOf(surroundings, tools);
  const own = Object.entries(facts).flatMap(([name, schema]) =>
    isObject(schema) ? [[name, schema] as const] : [],
  );
  const request = facts["request"];
  return {
    action: closed({
      tool: choice(Object.keys(surroundings.tools)),
      args,
      agent: choice(agents),
      level: choice(["reference", "case", "draft", "record", "external"]),
      writes: TEXT,
      audience: TEXT,
    }),
    args,
    case: OPEN,
    record: closed({ before: {}, after: {} }),
    data: closed({ untrusted: BOOL, personal: BOOL }),
    now: { type: "string", format: "date-time" },
    ...Object.fromEntries(own),
    request: withFields(isObject(request) ? request : OPEN, {
      type: choice(requests),
      requester: TEXT,
      source: choice(REQUEST_SOURCES),
    }),
  };
}

function choice(names: readonly string[]): JsonObject {
  return names.length === 0 ? TEXT : { type: "string", enum: names };
}

function closed(properties: JsonObject): JsonObject {
  return { type: "object", properties, additionalProperties: false };
}

function withFields(schema: JsonObject, more: JsonObject): JsonObject {
  const { properties } = schema;
  return isObject(properties)
    ? { ...schema, properties: { ...more, ...properties } }
    : closed(more);
}

/** The arguments of one tool as they are; of several what any of them has, typed where they agree. */
function argsOf({ tools }: PolicySurroundings, only: readonly string[] | null): JsonObject {
  const meant = (only ?? Object.keys(tools)).flatMap((name) => ownOf(tools, name) ?? []);
  const [first] = meant;
  if (first === undefined) return OPEN;
  if (meant.length === 1) return first.args;
  const all: Record<string, Json> = {};
  for (const { args } of meant) {
    const { properties } = args;
    if (!isObject(properties)) return OPEN;
    for (const [name, schema] of Object.entries(properties))
      all[name] = Object.hasOwn(all, name) ? agreed(all[name], schema) : schema;
  }
  return closed(all);
}

function agreed(one: Json | undefined, other: Json): Json {
  return JSON.stringify(one) === JSON.stringify(other) ? other : {};
}
