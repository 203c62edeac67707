import { suggestion } from "../../expression/index.ts";
import type { Fault } from "../reading/report.ts";
import { isAssignable } from "../types/assignable.ts";
import { type OutputPlace, outputPlaces } from "../types/declared-type.ts";
import type { AgentNeed, Fallback, OutputFields } from "../workflow.ts";
import type { Building } from "./building.ts";
import type { Draft } from "./draft.ts";

type TaskDraft = Extract<Draft, { kind: "task" }>;
type SubRunDraft = Extract<Draft, { kind: "workflow" }>;

/**
 * What a task is to give against what its agents say they give: a name that is not among theirs, a
 * type that can never be made of theirs. The fallback may never be asked: of it, it is a warning.
 */
export function checkOutputs(
  draft: TaskDraft,
  by: { readonly agent: AgentNeed; readonly fallback: Fallback | null },
  building: Building,
): void {
  const { source } = draft;
  const declared = building.outputs.get(draft);
  if (source.outputs === undefined || declared === undefined) return;
  const primary = by.agent.kind === "named" ? by.agent.agent : null;
  const second = by.fallback?.agent ?? null;
  const places = outputPlaces(source.outputs, [...draft.at, "outputs"]);
  for (const [agent, severity] of [
    [primary, "error"],
    [second === primary ? null : second, "warning"],
  ] as const) {
    const given = agent === null ? null : outputsOf(agent, building);
    if (agent === null || given === null) continue;
    const by = { who: `agent "${agent}"`, where: `in agents/${agent}.yaml` };
    for (const place of places) {
      const fault = faultOf(place, { by, given, declared });
      if (fault !== null) building.report.add({ ...fault, severity });
    }
  }
}

/** The same of a sub-run, against what runs of its workflow give. */
export function checkRunOutputs(draft: SubRunDraft, given: OutputFields, building: Building): void {
  const { source } = draft;
  const declared = building.outputs.get(draft);
  if (source.outputs === undefined || declared === undefined) return;
  const by = { who: `workflow "${source.workflow}"`, where: "there" };
  for (const place of outputPlaces(source.outputs, [...draft.at, "outputs"])) {
    const fault = faultOf(place, { by, given, declared });
    if (fault !== null) building.report.add(fault);
  }
}

function outputsOf(agent: string, { surroundings: { agents } }: Building): OutputFields | null {
  const known = agents !== null && Object.hasOwn(agents, agent) ? agents[agent] : undefined;
  const outputs = known?.outputs ?? null;
  return outputs === null || outputs.open ? null : outputs;
}

function faultOf(
  { name, at }: OutputPlace,
  how: {
    /** Who gives it, and where that is said. */
    readonly by: { readonly who: string; readonly where: string };
    readonly given: OutputFields;
    readonly declared: OutputFields;
  },
): Fault | null {
  const { by, given, declared } = how;
  const wanted = Object.hasOwn(declared.fields, name) ? declared.fields[name] : undefined;
  if (wanted === undefined) return null; // said when it was read
  const from = Object.hasOwn(given.fields, name) ? given.fields[name] : undefined;
  if (from === undefined) {
    const names = Object.keys(given.fields);
    const near = names.length === 0 ? "Take it out." : suggestion(name, names, "Outputs");
    return {
      code: "unknown-output",
      message: `The ${by.who} gives no "${name}".`,
      mend: `${near} Or declare it under outputs ${by.where}.`,
      path: at,
      key: typeof at.at(-1) === "string",
    };
  }
  const fits = isAssignable(from, wanted);
  if (fits.ok) return null;
  return {
    code: "type-mismatch",
    message: `What the ${by.who} gives as "${name}" can never be that: ${fits.why}.`,
    mend: `Write ${name}: ${from.text}, as is said ${by.where}, or change it there.`,
    path: at,
  };
}
