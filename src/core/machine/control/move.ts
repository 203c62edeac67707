import { canonical } from "../../audit/index.ts";
import type { Param, Step, Workflow } from "../../definition/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import { totalTimeoutOf } from "../attempts/time-limit.ts";
import { type Draft, tell } from "../draft.ts";
import type { Frame, Run } from "../run.ts";
import { stepsOf } from "../scope.ts";
import type { Told } from "../signal.ts";
import { entries } from "../tables/table.ts";
import { retime } from "./amend.ts";
import { hasEnded } from "./control.ts";
import { statesOf } from "./moved.ts";
import { barePath, stepAt } from "./undo.ts";

/** A paused run goes on by another version of its workflow, where all that has begun is in it too. */
export function heardMove(
  draft: Draft,
  { definition, why }: Extract<Told, { type: "move" }>,
): Problem | null {
  const { run } = draft;
  if (run.phase === "finished") return hasEnded(run);
  if (run.phase !== "running") return against(run, "it is being ended");
  if (run.paused === null)
    return { ...against(run, "it is not paused"), mend: `muster runs pause ${run.id} --why WHY` };
  const { definition: find } = draft.facts;
  const next = find?.(definition) ?? null;
  if (find === undefined || next === null)
    return { code: "not-found", message: `There is no definition ${definition} here.` };
  if (next.digest === run.workflow.digest) return null;
  const unfit = whyNot(run, next);
  if (unfit !== null) return against(run, unfit);
  const params = paramsFor(run, next);
  if ("why" in params) return against(run, params.why);
  draft.run.definitions = find;
  const before = totalTimeoutOf(run);
  const { version } = next;
  tell(draft, { type: "run.moved", definition, version, ...params, why });
  retime(draft, before);
  return null;
}

function against({ id }: Pick<Run, "id">, why: string): Problem {
  return { code: "conflict", message: `${id} cannot be moved: ${why}.` };
}

/** Its params, as the new version names and checks them; nothing where they are the same. */
function paramsFor(
  { params, workflow }: Pick<Run, "params" | "workflow">,
  next: Workflow,
): { readonly params?: JsonObject } | { readonly why: string } {
  const taken: Record<string, Json> = {};
  const known: Readonly<Record<string, Param>> = next.params;
  for (const [name, param] of Object.entries(known)) {
    const value = Object.hasOwn(params, name) ? params[name] : param.default;
    if (value === undefined && param.required)
      return { why: `the new version needs the param "${name}", which the run was not given` };
    if (value === undefined) continue;
    const made = param.type.convert(value);
    if (!made.ok)
      return {
        why: `its param "${name}" is no ${param.type.text} of the new version: ${made.why}`,
      };
    taken[name] = made.value;
  }
  const isSame = canonical(taken) === canonical(params) && workflow.name === next.name;
  return isSame ? {} : { params: taken };
}

/** Why the new version does not fit, as the end of a sentence; null: it does. */
function whyNot(run: Run, next: Workflow): string | null {
  if (next.name !== run.workflow.name)
    return `the other definition is of the workflow "${next.name}", not of "${run.workflow.name}"`;
  const begun = new Set<Step>();
  for (const [, frame] of entries(run.frames)) for (const step of begunIn(frame)) begun.add(step);
  for (const step of begun) {
    const why = unlike(step, stepAt(next, step.path));
    if (why !== null) return why;
  }
  for (const [, frame] of entries(run.frames)) {
    const why = otherwiseBegun(frame, stepAt(next, barePath(frame.path)));
    if (why !== null) return why;
  }
  return withoutUndo(run, next);
}

/** A live step, and below it all that has begun or ended. */
function begunIn(frame: Frame): readonly Step[] {
  switch (frame.kind) {
    case "block": {
      const states = statesOf(frame);
      const ended = frame.step.steps.filter(({ path }) => states.get(path) === "ended");
      return [frame.step, ...ended.flatMap((step) => [...stepsOf(step)])];
    }
    case "each":
      return frame.next > 0 ? [...stepsOf(frame.step)] : [frame.step];
    case "repeat":
      return frame.round > 0 ? [...stepsOf(frame.step)] : [frame.step];
    case "choose": {
      const taken = frame.step.branches[frame.branch]?.step;
      const isBegun = frame.child.state !== "none" && taken !== undefined;
      return isBegun ? [frame.step, ...stepsOf(taken)] : [frame.step];
    }
    case "leaf":
    case "gate":
    case "wait":
      return [frame.step];
  }
}

/** The root is the workflow itself: it is there. */
function unlike(was: Step, is: Step | undefined): string | null {
  if (was.path === "") return null;
  const name = `the step "${was.name}" (${was.path})`;
  if (is === undefined) return `${name} has begun, and the new version does not have it`;
  if (is.kind !== was.kind) return `${name} has begun as a ${was.kind}, and is a ${is.kind} there`;
  if (is.id !== was.id)
    return `${name} has begun, and has the id "${is.id}" there instead of "${was.id}"`;
  if (outputsOf(is) !== outputsOf(was))
    return `${name} has begun, and promises other outputs there`;
  return null;
}

function outputsOf(step: Step): string {
  if (!("outputs" in step)) return "";
  const { open, fields } = step.outputs;
  const types = Object.entries(fields).map(([name, { schema }]) => [name, schema] as const);
  return canonical([open, Object.fromEntries(types)]);
}

/** What was fixed when a live step began: its list, its branch. */
function otherwiseBegun(frame: Frame, is: Step | undefined): string | null {
  const name = `the step "${frame.step.name}" (${frame.path})`;
  if (frame.kind === "each" && is?.kind === "each")
    return JSON.stringify(is.items) === JSON.stringify(frame.step.items)
      ? null
      : `${name} has begun for a list, and is for another one there`;
  if (frame.kind !== "choose" || is?.kind !== "choose") return null;
  const was = frame.step.branches[frame.branch]?.step.path;
  return is.branches[frame.branch]?.step.path === was
    ? null
    : `${name} has taken a branch that is another one there`;
}

/** What is to be undone by a rollback says how there too. */
function withoutUndo({ undo }: Run, next: Workflow): string | null {
  for (let one = undo; one !== null; one = one.next) {
    if (one.child !== null) continue;
    const step = stepAt(next, barePath(one.path));
    if (step?.kind !== "task" || step.compensate === null)
      return `a rollback undoes ${one.path}, and the new version does not say how`;
  }
  return null;
}
