import type { Rule } from "../../definition/index.ts";
import { runTooLong, stepTooLong } from "../attempts/time-limit.ts";
import { type Draft, tell } from "../draft.ts";
import type { Key, Path } from "../event.ts";
import type { Failure } from "../failure.ts";
import { degrade, fail } from "../finish.ts";
import { ruleActs } from "../people/escalation.ts";
import type { Frame } from "../run.ts";

/** A block has used up its time: it is stopped and fails, unless a rule says that it goes on. */
export function tookTooLong(draft: Draft, frame: Frame): void {
  if (frame.stopping?.abort === true) return;
  const error = stepTooLong(frame.step);
  const { path } = frame;
  const action = ruleActs(draft, path, { condition: "timeout", error });
  if (action !== null && action !== "mark_step_failed") return;
  const why = error.message;
  tell(draft, { type: "step.stopping", path, outcome: "failed", abort: true, why, error });
}

/** What a rule says of an event that did not come, or of a gate that nobody decided; null: there is none. */
export function ruleForLate(draft: Draft, path: Path, { key, error }: Late): Rule["action"] | null {
  const action = ruleActs(draft, path, { condition: "timeout", error });
  // Whoever resumes the run lets it wait on, without the limit.
  if (action === "pause_workflow") tell(draft, { type: "timer.ended", key });
  return action;
}

export type Late = { readonly key: Key; readonly error: Failure };

/** The step as the rule says: the run goes on without it, or all is undone; else it fails. */
export function endsLate(action: Rule["action"] | null): typeof fail {
  if (action === "rollback") return () => {};
  return action === "continue" ? (draft, frame, error) => degrade(draft, frame, { error }) : fail;
}

/** The run has. */
export function runTookTooLong(draft: Draft): void {
  const { phase, stopping } = draft.run;
  if (phase !== "running" && stopping?.abort !== false) return;
  const error = runTooLong(draft.run);
  const action = ruleActs(draft, "", { condition: "timeout", error });
  if (action !== null && action !== "mark_step_failed") return;
  tell(draft, {
    type: "run.stopping",
    outcome: "failed",
    abort: true,
    rollback: false,
    why: error.message,
    error,
  });
  draft.queue.push("");
}
