import type { Workflow } from "../../core/definition/index.ts";
import { barePath, stepAt, stepsOf } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";

/** Steps that a sentence names. */
const NAMED_MOST = 5;

/**
 * The step that a person means: its path, or the id at the path's end. One that is live goes before
 * those that are not. What is found nowhere is given back: the run says so.
 */
export function stepNamed(
  workflow: Workflow,
  live: readonly string[],
  name: string,
): string | Problem {
  if (name !== "" && stepAt(workflow, barePath(name)) !== undefined) return name;
  const all = [...stepsOf(workflow.root)].map(({ path }) => path);
  const single = all.filter((path) => !/\[\]|\{\}/.test(path));
  for (const paths of [live, single]) {
    const found = [...new Set(paths.filter((path) => path.endsWith(`/${name}`)))];
    const [only] = found;
    if (found.length > 1) return several(name, found);
    if (only !== undefined) return only;
  }
  return name;
}

function several(name: string, found: readonly string[]): Problem {
  const more = found.length > NAMED_MOST ? ", …" : "";
  return {
    code: "bad-input",
    message: `"${name}" may be ${found.length} steps.`,
    mend: `Write its path: ${found.slice(0, NAMED_MOST).join(", ")}${more}.`,
  };
}
