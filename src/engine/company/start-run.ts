import type { AgentNeed, Workflow } from "../../core/definition/index.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import { asksOf } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { copyJson } from "../agents/index.ts";
import { checkParams } from "../runtime/index.ts";
import { badInput, GIVEN_BYTES_MOST, wrongNames } from "./check-told.ts";
import type { Started } from "./company.ts";
import type { Library } from "./library.ts";
import { LOOKING, type Office, problemIn } from "./office.ts";
import { newRunId } from "./run-id.ts";

export type Request = {
  /** By name or file. */
  readonly workflow: string;
  readonly params: JsonObject;
  readonly requestId?: string;
  readonly by?: string;
  readonly origin?: JsonObject;
};

/**
 * Starts a run, after everything that can be wrong before its first step was looked at: the
 * definition, the params, each agent that it or a sub-run may ask.
 */
export async function startRun(office: Office, request: Request): Promise<Started> {
  if (office.isLooking) return { run: null, problems: [LOOKING] };
  const given = givenOf(request);
  if ("code" in given) return { run: null, problems: [given] };
  const { clock, library, log, runtime } = office;
  const run = newRunId(clock.now(), request.requestId);
  if (request.requestId !== undefined && log.standing(run) !== null)
    return { run, warnings: [], again: true };
  const found = await library.find(request.workflow);
  if (found === null) return { run: null, problems: [noSuchWorkflow(office, request.workflow)] };
  const { workflow, problems } = found;
  if (workflow === null) return { run: null, problems };
  const checked = checkParams(workflow, given.params, given.origin);
  if ("problems" in checked) return { run: null, problems: checked.problems };
  const unfit = await unfitAgents(office, workflow);
  if (unfit.length > 0) return { run: null, problems: unfit };
  try {
    const { params, origin } = checked;
    const at = clock.now();
    const by = request.by ?? "library";
    const start = { type: "start", definition: workflow.digest, parent: null } as const;
    const outcome = await runtime.send(run, { ...start, params, origin, at, by });
    if ("code" in outcome) return { run: null, problems: [outcome] };
    return { run, warnings: problems, again: outcome.length === 0 };
  } catch (error) {
    return { run: null, problems: [problemIn(error)] };
  }
}

/** A copy of what was given, as the log can hold it; or what of it the log cannot. */
function givenOf({
  workflow,
  params,
  requestId,
  by,
  origin,
}: Request): { readonly params: JsonObject; readonly origin: JsonObject } | Problem {
  const wrong = wrongNames({ workflow: workflow ?? "", requestId, by });
  if (wrong !== null) return wrong;
  const copies = [
    copyJson(params, "params", GIVEN_BYTES_MOST),
    copyJson(origin ?? {}, "origin", GIVEN_BYTES_MOST),
  ];
  const objects: JsonObject[] = [];
  for (const copy of copies) {
    if (!copy.ok) return badInput(copy.why);
    if (!isObject(copy.value)) return badInput("Params are an object: each by its name.");
    objects.push(copy.value);
  }
  const [plain = {}, from = {}] = objects;
  return { params: plain, origin: from };
}

function noSuchWorkflow({ folder }: Office, name: string): Problem {
  return {
    code: "not-found",
    message: `There is no workflow "${name}" in ${folder}, by name or by file.`,
    mend: "Write it in the folder workflows, or give the path of its file.",
  };
}

/** Every agent is looked up and asked for its health before the first step, those of sub-runs too. */
async function unfitAgents(
  { library, staff }: Office,
  workflow: Workflow,
): Promise<readonly Problem[]> {
  const { needs, missing } = needsOf(workflow, library);
  const problems = await (await staff()).health(needs);
  return [...missing.map((name) => noSubRun(workflow, name)), ...problems];
}

function needsOf(
  workflow: Workflow,
  library: Library,
): { readonly needs: readonly AgentNeed[]; readonly missing: readonly string[] } {
  const needs: AgentNeed[] = [];
  const missing: string[] = [];
  const seen = new Set([workflow.name]);
  const waiting = [workflow];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const asks = asksOf(next);
    needs.push(...asks.needs.map(({ need }) => need));
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
