import type { Names } from "../../expression/index.ts";
import { ownOf } from "../../own.ts";
import type { AgentNeed } from "../workflow.ts";
import type { Building } from "./building.ts";
import { called, capital, type Draft } from "./draft.ts";
import { checkInputs, misfitOf, neededBy } from "./input-check.ts";

type TaskDraft = Extract<Draft, { kind: "task" }>;

/** Agents that are named as not taking what a step gives. */
const NAMED_MOST = 3;

type Around = { readonly names: Names; readonly building: Building };

/** That whoever does a step takes what the step gives. */
export function checkTakers(need: AgentNeed, draft: TaskDraft, around: Around): void {
  if (need.kind === "capable") return checkCapable(need.needs, draft, around);
  const { agent } = need;
  const fields = ownOf(around.building.surroundings.agents, agent)?.inputs ?? null;
  if (fields === null) return;
  const about = { what: `agent "${agent}"`, word: "inputs", required: neededBy(fields) };
  checkInputs(draft.source.inputs ?? {}, { draft, ...around, fields, ...about });
}

/** That somebody who can do it takes what the step gives; one that does not is never chosen. */
function checkCapable(
  needs: readonly string[],
  draft: TaskDraft,
  { names, building }: Around,
): void {
  const able = Object.entries(building.surroundings.agents ?? {}).filter(([, { capabilities }]) =>
    needs.every((need) => capabilities.includes(need)),
  );
  if (needs.length === 0 || able.length === 0) return; // said where its needs are read
  const misfits = able.map(([name, { inputs = null }]) => {
    const fields = inputs ?? null;
    const why =
      fields === null ? null : misfitOf(draft.source.inputs ?? {}, { names, building, fields });
    return [name, why] as const;
  });
  if (misfits.some(([, why]) => why === null)) return;
  const said = misfits.slice(0, NAMED_MOST).map(([name, why]) => `${name}: ${why}`);
  building.report.add({
    code: "type-mismatch",
    message: `${capital(called(draft))} gives what nobody takes who can do ${needs.join(", ")}. ${said.join("; ")}.`,
    mend: "Give what one of them takes, or name another capability.",
    path: draft.source.inputs === undefined ? draft.at : [...draft.at, "inputs"],
  });
}
