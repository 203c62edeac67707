import type { Fields, Names } from "../../expression/index.ts";
import type { JsonObject } from "../../json.ts";
import type { OutputFields, Param } from "../workflow.ts";
import { type Draft, drafts, isAround } from "./draft.ts";

/**
 * What any expression of a workflow may name: every step with its outputs, and the parameters.
 * Whether a step has ended where it is read is asked afterwards (order.ts).
 */
export function namesOf(
  root: Draft,
  given: {
    readonly outputs: ReadonlyMap<Draft, OutputFields>;
    readonly params: Readonly<Record<string, Param>>;
  },
): Names {
  const steps: Record<string, Fields | null> = {};
  for (const draft of drafts(root)) {
    if (draft === root || (draft.parent !== null && isAround(draft.parent))) continue;
    steps[draft.id] = draft.kind === "block" ? null : fieldsOf(draft, given.outputs);
  }
  const params = Object.entries(given.params).map(([name, { type }]) => [name, type.schema]);
  // What there is of a case its map and its runs say: any of it may be read.
  return { steps, params: Object.fromEntries(params) as Fields, case: { type: "object" } };
}

/**
 * The outputs of a step as they are read from outside. Of a block, as the body of something: those
 * of all its steps together.
 *
 * @returns null where nothing was declared, so that any may be read
 */
export function fieldsOf(draft: Draft, outputs: ReadonlyMap<Draft, OutputFields>): Fields | null {
  switch (draft.kind) {
    case "gate":
      return GATE;
    case "each": {
      const body = united(draft, outputs);
      return body === null ? null : gathered(body);
    }
    case "repeat":
    case "choose":
    case "block":
      return united(draft, outputs);
    case "task":
    case "workflow":
    case "wait": {
      const declared = outputs.get(draft);
      if (declared === undefined || declared.open) return null;
      const fields = Object.entries(declared.fields).map(([name, type]) => [name, type.schema]);
      return Object.fromEntries(fields) as Fields;
    }
  }
}

const GATE: Fields = {
  allowed: { type: "boolean" },
  by: {},
  reason: { type: "string" },
  votes: {},
};
const ITEMS: JsonObject = { type: "array", items: { type: "object" } };

/** The fields of all children; where two differ in the type of a field, it may be anything. */
function united(draft: Draft, outputs: ReadonlyMap<Draft, OutputFields>): Fields | null {
  const all: Record<string, JsonObject> = {};
  for (const child of draft.children) {
    const fields = fieldsOf(child, outputs);
    if (fields === null) return null;
    for (const [name, schema] of Object.entries(fields)) {
      // The state of each item is read at the each itself; a body hands on what the items gave.
      if (child.kind === "each" && name === "items") continue;
      const known = Object.hasOwn(all, name) ? all[name] : undefined;
      const same = known === undefined || JSON.stringify(known) === JSON.stringify(schema);
      all[name] = same ? schema : {};
    }
  }
  return all;
}

function gathered(body: Fields): Fields {
  const lists = Object.entries(body).map(([name, items]) => [name, { type: "array", items }]);
  return { ...(Object.fromEntries(lists) as Fields), items: ITEMS };
}
