import { readWorkflow, type Step, type Workflow } from "../definition/index.ts";
import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import { HARBOUR } from "./example-map.ts";
import { type MapFile, readWorkMap } from "./index.ts";

/** For tests: what is replaced in the files of the example. */
export type Change = readonly [from: string, to: string];

const DIGEST = (text: string): Digest => `sha256:${text.length}` as Digest;
const AGENTS = { support: { capabilities: [] }, finance: { capabilities: [] } };

/** A workflow of one step. */
export function workflowOf(name: string, step: string): Workflow {
  const text = `name: ${name}\nsteps:\n  - ${step}\n`;
  const around = { agents: null, workflows: null, digest: DIGEST };
  const { workflow, problems } = readWorkflow({ file: `workflows/${name}.yaml`, text }, around);
  if (workflow === null) throw new Error(problems.map(({ message }) => message).join(" "));
  return workflow;
}

/** The same with its steps done by a tool. */
export function withTool(workflow: Workflow, tool: string): Workflow {
  const changed = (step: Step): Step =>
    step.kind === "block"
      ? { ...step, steps: step.steps.map(changed) }
      : step.kind === "task"
        ? { ...step, tool }
        : step;
  const { root } = workflow;
  return { ...workflow, root: { ...root, steps: root.steps.map(changed) } };
}

export const WORKFLOWS: Readonly<Record<string, Workflow>> = {
  "delivery-delay": workflowOf("delivery-delay", "{ id: a, agent: support }"),
  refund: withTool(
    workflowOf("refund", "{ id: a, agent: finance, inputs: { amount: 5 } }"),
    "refund.pay",
  ),
};

/** The example's files with something in them changed; each change must be one. */
export function changedFiles(changes: readonly Change[]): readonly MapFile[] {
  for (const [from] of changes)
    if (!HARBOUR.some(({ text }) => text.includes(from))) throw new Error(`No "${from}" there.`);
  return HARBOUR.map(({ file, text }) => ({
    file,
    text: changes.reduce((now, [from, to]) => now.replace(from, to), text),
  }));
}

/** Files besides, and names of workflows that cannot be read. */
type Beside = { readonly more?: readonly MapFile[]; readonly broken?: readonly string[] };

/** All problems of the changed example: "line:column message", with the file where it is another. */
export function problemsOf(
  changes: readonly Change[],
  workflows: Readonly<Record<string, Workflow>> = WORKFLOWS,
  { more = [], broken = [] }: Beside = {},
): readonly string[] {
  const around = { digest: DIGEST, agents: AGENTS, workflows, broken };
  return readWorkMap([...changedFiles(changes), ...more], around).problems.map(lineOf);
}

function lineOf({ where, severity, message, mend }: Problem): string {
  if (where === undefined || mend === undefined) throw new Error(`${message}: no place or no mend`);
  const file = where.file === "map.yaml" ? "" : `${where.file}:`;
  const mark = severity === "warning" ? "warning " : "";
  return `${file}${where.line}:${where.column} ${mark}${message}`;
}
