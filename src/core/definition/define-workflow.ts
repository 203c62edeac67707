import type { Json } from "../json.ts";
import type { Problem } from "../problem.ts";
import { type Read, readWorkflow } from "./read-workflow.ts";
import { NESTING_MOST } from "./source.ts";
import type { Surroundings } from "./surroundings.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** A workflow in TypeScript: the same shape as in YAML, with types. Gives back what it is given. */
export function defineWorkflow<const Source extends WorkflowSource>(source: Source): Source {
  return source;
}

/**
 * Reads a workflow that was written in TypeScript: it is set down as JSON (`textOfValue`) and goes
 * the same way as a file. Its problems name the path to the value, as lines of that text mean
 * nothing to the author.
 *
 * @returns never throws
 */
export function readWorkflowValue(value: unknown, file: string, surroundings: Surroundings): Read {
  const set = textOfValue(value, file);
  if (set.text === null) return { workflow: null, problems: [set.problem] };
  return readWorkflow({ file, text: set.text }, surroundings, { places: "paths" });
}

/**
 * The text under which a workflow written in TypeScript is stored, and of which its digest is
 * taken: JSON with the keys in the order of their letters. Reading it again gives the same workflow.
 */
export function textOfValue(
  value: unknown,
  file: string,
):
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: Problem } {
  const found: { at: string; what: string }[] = [];
  const plain = plainOf(value, "", { found, depth: 0 });
  const [first] = found;
  if (first === undefined) {
    return { text: `${JSON.stringify(plain, null, 2)}\n`, problem: null };
  }
  return {
    text: null,
    problem: {
      code: "wrong-type",
      message: `${first.at === "" ? "The workflow" : first.at} is ${first.what}, which JSON does not have.`,
      mend: "A workflow is data: texts, numbers, true, false, null, lists and maps.",
      where: { file, line: 1, column: 1 },
    },
  };
}

type Walk = { readonly found: { at: string; what: string }[]; readonly depth: number };

function plainOf(value: unknown, at: string, walk: Walk): Json {
  const refuse = (what: string): null => {
    walk.found.push({ at, what });
    return null;
  };
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : refuse(String(value));
  if (typeof value !== "object") return refuse(`a ${typeof value}`);
  // A value inside itself ends here as well.
  if (walk.depth > NESTING_MOST) return refuse(`nested deeper than ${NESTING_MOST}`);
  const inner = { ...walk, depth: walk.depth + 1 };
  if (Array.isArray(value))
    return value.map((item, index) => plainOf(item, `${at}[${index}]`, inner));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return refuse("an object of a class");
  const fields: { [key: string]: Json } = {};
  for (const [key, field] of Object.entries(value).toSorted(byKey)) {
    if (field !== undefined) fields[key] = plainOf(field, at === "" ? key : `${at}.${key}`, inner);
  }
  return fields;
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
