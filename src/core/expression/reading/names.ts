import type { JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";

/** Fields by name, each with its type as a JSON Schema; `{}` is: anything. */
export type Fields = Readonly<Record<string, JsonObject>>;

/**
 * What an expression may name where it stands. A root that is absent is not in scope there.
 * `null` instead of fields is: nothing was declared, any field may be read.
 */
export type Names = {
  /** Every step of the workflow, by its id as the author wrote it, with its outputs. */
  readonly steps?: Readonly<Record<string, Fields | null>> | undefined;
  readonly params?: Fields | null | undefined;
  /** What steps publish. */
  readonly context?: Fields | undefined;
  /** Of the step itself, or of the round. */
  readonly outputs?: Fields | null | undefined;
  readonly item?: JsonObject | undefined;
  readonly case?: JsonObject | undefined;
  readonly event?: JsonObject | undefined;
  readonly index?: boolean | undefined;
  readonly round?: boolean | undefined;
  /**
   * Names of their own, as rules have them; then there are no others. Their types are read strictly:
   * what is declared as money, a time or a duration is one, and a value outside an `enum` is refused.
   */
  readonly facts?: Fields | undefined;
};

/** What is named first in an expression, and is no step. */
const ROOTS = [
  "params",
  "context",
  "case",
  "item",
  "index",
  "round",
  "outputs",
  "event",
  "run",
] as const;
type Root = (typeof ROOTS)[number];

/** Where a root is in scope, for the message when it is not. */
const STANDS: Readonly<Record<Root, string>> = {
  params: "in a workflow with parameters",
  context: "where steps publish something, and not in what they publish",
  case: "in a workflow that belongs to a case",
  item: "inside an each",
  index: "inside an each",
  round: "inside a repeat",
  outputs: "in compensate, and in the until of a repeat",
  event: "where an event is waited for",
  run: "everywhere",
};

const NUMBER: JsonObject = { type: "number" };
const RUN: JsonObject = { type: "object", properties: { id: { type: "string" } } };

export function isRoot(word: string): word is Root {
  return ROOTS.some((root) => root === word);
}

export function whereRootStands(root: string): string {
  return isRoot(root) ? STANDS[root] : "elsewhere";
}

/** The schema of a root, or null where it is not in scope. */
export function schemaOfRoot(names: Names, root: string): JsonObject | null {
  if (names.facts) return Object.hasOwn(names.facts, root) ? (names.facts[root] ?? null) : null;
  return isRoot(root) ? schemaOfOurs(names, root) : null;
}

function schemaOfOurs(names: Names, root: Root): JsonObject | null {
  switch (root) {
    case "params":
    case "context":
    case "outputs": {
      const fields = names[root];
      return fields === undefined ? null : schemaOfFields(fields);
    }
    case "item":
    case "case":
    case "event":
      return names[root] ?? null;
    case "index":
    case "round":
      return names[root] === true ? NUMBER : null;
    case "run":
      return RUN;
  }
}

/** The roots in scope here. */
export function rootsIn(names: Names): readonly string[] {
  if (names.facts) return Object.keys(names.facts);
  return ROOTS.filter((root) => schemaOfRoot(names, root) !== null);
}

/** The outputs of a step as a schema. */
export function schemaOfStep(names: Names, id: string): JsonObject {
  return schemaOfFields(ownOf(names.steps, id) ?? null);
}

/**
 * The step that a word names: the one whose id it is, else, for `step` and a number, the one with
 * that number.
 */
export function stepNamed(names: Names, word: string): string | null {
  const steps = names.steps ?? {};
  if (Object.hasOwn(steps, word)) return word;
  const number = /^step(\d+)$/.exec(word)?.[1];
  return number !== undefined && Object.hasOwn(steps, number) ? number : null;
}

function schemaOfFields(fields: Fields | null): JsonObject {
  return fields === null
    ? { type: "object" }
    : { type: "object", properties: fields, additionalProperties: false };
}
