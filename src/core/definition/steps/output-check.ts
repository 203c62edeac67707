import { suggestion } from "../../expression/index.ts";
import type { Fault } from "../reading/report.ts";
import { isAssignable } from "../types/assignable.ts";
import { type OutputPlace, outputPlaces } from "../types/declared-type.ts";
import type { AgentNeed, Fallback, OutputFields } from "../workflow.ts";
import type { Building } from "./building.ts";
import type { Draft } from "./draft.ts";

type TaskDraft = Extract<Draft, { kind: "task" }>;

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
    for (const place of places) {
      const fault = faultOf(place, { agent, given, declared });
      if (fault !== null) building.report.add({ ...fault, severity });
    }
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
    readonly agent: string;
    readonly given: OutputFields;
    readonly declared: OutputFields;
  },
): Fault | null {
  const { agent, given, declared } = how;
  const wanted = Object.hasOwn(declared.fields, name) ? declared.fields[name] : undefined;
  if (wanted === undefined) return null; // said when it was read
  const from = Object.hasOwn(given.fields, name) ? given.fields[name] : undefined;
  if (from === undefined) {
    const names = Object.keys(given.fields);
    const near = names.length === 0 ? "Take it out." : suggestion(name, names, "Outputs");
    return {
      code: "unknown-output",
      message: `The agent "${agent}" gives no "${name}".`,
      mend: `${near} Or declare it under outputs in agents/${agent}.yaml.`,
      path: at,
      key: typeof at.at(-1) === "string",
    };
  }
  const fits = isAssignable(from, wanted);
  if (fits.ok) return null;
  return {
    code: "type-mismatch",
    message: `What the agent "${agent}" gives as "${name}" can never be that: ${fits.why}.`,
    mend: `Write ${name}: ${from.text}, as agents/${agent}.yaml does, or change it there.`,
    path: at,
  };
}
