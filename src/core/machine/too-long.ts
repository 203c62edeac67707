import { type Draft, tell } from "./draft.ts";
import { ruleActs } from "./escalation.ts";
import type { Frame } from "./run.ts";
import { runTooLong, stepTooLong } from "./time-limit.ts";

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
