import { canonical } from "../audit/index.ts";
import type { Task } from "../definition/index.ts";
import type { Scope } from "../expression/index.ts";
import type { Digest } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { Draft } from "./draft.ts";
import type { GateOpening, Path } from "./event.ts";
import { meant } from "./meant.ts";
import type { LeafFrame } from "./run.ts";
import { scopeAt, valuesOf } from "./scope.ts";

/** The approval before a step is bound to the exact action: the agent and all its inputs. */
export function approvalOf(
  draft: Draft,
  step: Task,
  on: { readonly path: Path; readonly scope: Scope },
): GateOpening {
  const { chain, need, dueMs, ...asked } = step.approve ?? NOBODY;
  const from = meant(draft, asked.from);
  const show = shownOf(step, on.scope);
  return {
    digest: actionDigest(draft, step, { path: on.path, show }),
    ask: `May "${step.name}" be done?`,
    show,
    chain,
    from,
    need,
    ...(dueMs === null ? {} : { due: draft.at + dueMs }),
  };
}

/**
 * M8: whether the step may begin. A grant is for one action; a step that would now do another one
 * has none, however it came to be about to begin.
 */
export function isGranted(draft: Draft, frame: LeafFrame): boolean {
  const { step, path, grant } = frame;
  if (step.kind !== "task" || step.approve === null) return true;
  const show = shownOf(step, scopeAt(draft.run, frame, draft.read));
  return grant === actionDigest(draft, step, { path, show });
}

const NOBODY = { chain: "", from: [], need: 1, dueMs: null } as const;

/** What the deciders are shown. */
function shownOf(step: Task, scope: Scope): JsonObject {
  const shown = valuesOf(step.inputs, scope);
  return "values" in shown ? shown.values : { fault: shown.fault };
}

/** Of the action that people decide on: whoever changes a part of it has another action. */
function actionDigest(
  draft: Draft,
  step: Task,
  action: { readonly path: Path; readonly show: JsonObject },
): Digest {
  const who = step.agent.kind === "named" ? step.agent.agent : step.agent.needs;
  return draft.facts.digest(
    canonical([draft.run.id, action.path, who, step.instructions, action.show]),
  );
}
