import type { Json } from "../json.ts";
import type { Problem } from "../problem.ts";
import { placesInModule } from "./agents/module-place.ts";
import { type Read, readWorkflow } from "./read-workflow.ts";
import type { ValuePath } from "./reading/place.ts";
import { shownPath } from "./reading/report.ts";
import { NESTING_MOST, VALUES_MOST } from "./reading/source.ts";
import { NO_OVERLAY, type Overlay } from "./settings/overlay.ts";
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
export function readWorkflowValue(
  value: unknown,
  from: WorkflowModule,
  surroundings: Surroundings,
): Read {
  const set = textOfValue(value, from);
  if (set.text === null) return { workflow: null, problems: [set.problem] };
  const { file, written = null, overlay = NO_OVERLAY } = from;
  return readWorkflow({ file, text: set.text, overlay }, surroundings, { module: written });
}

/** Where a workflow was written in TypeScript; `written` is the module's text, where somebody has it. */
export type WorkflowModule = {
  readonly file: string;
  readonly written?: string;
  readonly overlay?: Overlay;
};

/**
 * The text under which a workflow written in TypeScript is stored, and of which its digest is
 * taken: JSON with the keys in the order of their letters. Reading it again gives the same workflow.
 */
export function textOfValue(
  value: unknown,
  { file, written }: WorkflowModule,
):
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: Problem } {
  const found: Fault[] = [];
  const count = { values: 0 };
  const plain = readable(() => plainOf(value, [], { found, count, depth: 0 }), found);
  const [first] = found;
  if (first === undefined) {
    return { text: `${JSON.stringify(plain, null, 2)}\n`, problem: null };
  }
  return {
    text: null,
    problem: {
      code: "wrong-type",
      message: `${first.at.length === 0 ? "The workflow" : shownPath(first.at)} ${first.what}.`,
      mend: "A workflow is data: texts, numbers, true, false, null, lists and maps.",
      where: placesInModule({ file, text: written ?? null }, plain)(first.at, {}),
    },
  };
}

type Fault = { readonly at: ValuePath; readonly what: string };
type Walk = {
  readonly found: Fault[];
  readonly count: { values: number };
  readonly depth: number;
};

/** What throws while it is read (a getter, a proxy) is no data. */
function readable(read: () => Json, found: Fault[]): Json {
  try {
    return read();
  } catch (thrown) {
    const why = thrown instanceof Error ? `: ${thrown.message}` : "";
    found.unshift({ at: [], what: `cannot be read${why}` });
    return null;
  }
}

function plainOf(value: unknown, at: ValuePath, walk: Walk): Json {
  const tell = (what: string): null => {
    walk.found.push({ at, what });
    return null;
  };
  const refuse = (what: string): null => tell(`is ${what}, which JSON does not have`);
  walk.count.values += 1;
  // One object at many places counts at each, as an alias of a file does.
  if (walk.count.values > VALUES_MOST) return tell(`holds more than ${VALUES_MOST} values`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : refuse(String(value));
  if (typeof value !== "object") return refuse(`a ${typeof value}`);
  // A value inside itself ends here as well.
  if (walk.depth > NESTING_MOST)
    return refuse(`nested deeper than ${NESTING_MOST} or inside itself`);
  const inner = { ...walk, depth: walk.depth + 1 };
  if (Array.isArray(value)) return value.map((item, index) => plainOf(item, [...at, index], inner));
  if (isOfClass(value)) return refuse("an object of a class");
  const fields: { [key: string]: Json } = {};
  for (const [key, field] of Object.entries(value).toSorted(byKey)) {
    if (field !== undefined) fields[key] = plainOf(field, [...at, key], inner);
  }
  return fields;
}

function isOfClass(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
