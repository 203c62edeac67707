import type { AgentNeed, Overlay, Workflow } from "../../../core/definition/index.ts";
import { asksOf } from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Library } from "../files/library.ts";
import { unheard } from "../files/problems.ts";
import type { Staff } from "./staff.ts";

/** A workflow as a run of it may be started now, or why it may not. */
export type Ready =
  | { readonly workflow: Workflow; readonly warnings: readonly Problem[] }
  | { readonly workflow: null; readonly problems: readonly Problem[] };

export type ReadinessShell = {
  readonly folder: string;
  readonly library: Library;
  readonly staff: () => Promise<Staff>;
};

/**
 * Looks at everything that can be wrong before the first step of a run, but for its params: the
 * definition, and each agent that it or a sub-run may ask. Starts of one turn of the event loop share
 * an answer: nothing can have changed between them.
 */
export function openReadiness(
  shell: ReadinessShell,
): (nameOrFile: string, overlay?: Overlay) => Promise<Ready> {
  const ready = new Map<string, Promise<Ready>>();
  return (nameOrFile, overlay) => {
    if (overlay !== undefined) return look(shell, nameOrFile, overlay);
    const known = ready.get(nameOrFile);
    if (known !== undefined) return known;
    const asking = look(shell, nameOrFile).then((found) => {
      if (found.workflow === null) ready.delete(nameOrFile);
      return found;
    });
    if (ready.size === 0) setImmediate(() => ready.clear());
    ready.set(nameOrFile, asking);
    return asking;
  };
}

async function look(
  shell: ReadinessShell,
  nameOrFile: string,
  overlay: Overlay | null = null,
): Promise<Ready> {
  const { library, staff } = shell;
  const asWritten = await library.find(nameOrFile);
  if (asWritten === null)
    return { workflow: null, problems: [noSuchWorkflow(shell.folder, nameOrFile)] };
  const map = await library.map();
  if (map.problems.some(({ severity }) => severity !== "warning"))
    return { workflow: null, problems: map.problems };
  const found =
    overlay === null || asWritten.workflow === null
      ? asWritten
      : await library.adapted(asWritten, overlay);
  const { workflow, problems } = found;
  if (workflow === null) return { workflow, problems };
  const { health, known } = await staff();
  const { needs, missing } = needsOf(workflow, library, known);
  const unfit = await health(needs);
  const against = [...missing.map((name) => noSubRun(workflow, name)), ...unfit];
  if (against.length > 0) return { workflow: null, problems: against };
  return { workflow, warnings: [...problems, ...unheard(shell.folder, found)] };
}

/** What a workflow needs and this company does not have, as a run that comes from elsewhere finds it. */
export async function lacking(
  workflow: Workflow,
  { library, staff }: Pick<ReadinessShell, "library" | "staff">,
): Promise<readonly Problem[]> {
  await library.files();
  const { health, known } = await staff();
  const { needs, missing } = needsOf(workflow, library, known);
  return [...missing.map((name) => noSubRun(workflow, name)), ...(await health(needs))];
}

function noSuchWorkflow(folder: string, name: string): Problem {
  return {
    code: "not-found",
    message: `There is no workflow "${name}" in ${folder}, by name or by file.`,
    mend: "Write it in the folder workflows, or give the path of its file.",
  };
}

/** What it asks for, and what its sub-runs do. A fallback that is no agent is a person's task. */
function needsOf(
  workflow: Workflow,
  library: Library,
  known: Staff["known"],
): { readonly needs: readonly AgentNeed[]; readonly missing: readonly string[] } {
  const needs: AgentNeed[] = [];
  const missing: string[] = [];
  const seen = new Set([workflow.name]);
  const waiting = [workflow];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const asks = asksOf(next);
    const isPerson = ({ need, isFallback }: (typeof asks.needs)[number]): boolean =>
      isFallback === true && need.kind === "named" && !Object.hasOwn(known, need.agent);
    needs.push(...asks.needs.filter((one) => !isPerson(one)).map(({ need }) => need));
    for (const name of asks.workflows) {
      if (seen.has(name)) continue;
      seen.add(name);
      const below = library.byName(name);
      if (below === null) missing.push(name);
      else waiting.push(below);
    }
  }
  return { needs, missing };
}

function noSubRun(workflow: Workflow, name: string): Problem {
  return {
    code: "unknown-workflow",
    message: `Workflow "${workflow.name}" runs "${name}" as a sub-run, and there is no such workflow here.`,
    mend: `Write workflows/${name}.yaml, or mend what is wrong with it: muster check.`,
  };
}
