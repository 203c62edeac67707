import { type Amounts, isCurrency } from "../../core/amounts.ts";
import { exampleOutputs, outputsRead, suppose } from "../../core/foresight/index.ts";
import type { RunId } from "../../core/id.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import {
  type Answer,
  barePath,
  type Call,
  failure,
  type Run,
  stepAt,
  type Usage,
} from "../../core/machine/index.ts";
import type { Performer, VirtualClock } from "../runtime/index.ts";
import type { Play } from "./rehearse.ts";

export type World = { readonly performer: Performer };

/** Agents that do nothing, take as long as they usually do, and give what they gave, or might give. */
export function openWorld(
  play: Play,
  clock: VirtualClock,
  runOf: (run: RunId) => Run | null,
): World {
  const { staff, past, chance } = play;
  const perform: Performer["perform"] = (call, task, abort) => {
    const run = runOf(task.run);
    const bare = barePath(call.path);
    const workflow = run?.workflow ?? play.workflow;
    const experience = past(workflow.name);
    const estimate = staff.ranked({ kind: "named", agent: call.agent })[0]?.estimate;
    const supposed = suppose(experience, {
      path: bare,
      attempt: call.attempt,
      estimate,
      chance: chance === null ? null : chance(),
    });
    const usage = usageOf(supposed.usage);
    const answer: Answer =
      supposed.error === null
        ? { kind: "ok", output: { value: outputsOf(play, call, workflow) }, usage }
        : { kind: "failed", error: failure(supposed.error, "As it was before."), usage };
    return new Promise((tell) => {
      const cancel = clock.after(supposed.ms, () => tell(answer));
      abort.addEventListener("abort", () => {
        cancel();
        tell({ kind: "failed", error: failure("stopped", "It was stopped."), certain: true });
      });
    });
  };
  return { performer: { ...staff, perform, standsInForTools: true } };
}

function outputsOf(play: Play, call: Call, workflow: Play["workflow"]): JsonObject {
  const bare = barePath(call.path);
  const step = stepAt(workflow, bare);
  const given = play.past(workflow.name).steps.get(bare)?.output ?? null;
  if (given !== null) {
    const value = "value" in given ? given.value : readOr(play, given.digest);
    if (isObject(value)) return value;
  }
  if (step?.kind !== "task") return {};
  return exampleOutputs(step, outputsRead(workflow, step.id));
}

/** A content that is gone tells nothing. */
function readOr(play: Play, digest: Parameters<Play["read"]>[0]): ReturnType<Play["read"]> | null {
  try {
    return play.read(digest);
  } catch {
    return null;
  }
}

function usageOf(amounts: Amounts): Usage {
  const currency = Object.keys(amounts).find(isCurrency);
  const { tokens, calls } = amounts;
  return {
    ...(tokens === undefined ? {} : { tokens }),
    ...(calls === undefined ? {} : { calls }),
    ...(currency === undefined ? {} : { currency, costMicros: amounts[currency] ?? 0 }),
  };
}
