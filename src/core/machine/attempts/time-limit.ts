import { type Step, sayDuration } from "../../definition/index.ts";
import { type Failure, failure } from "../failure.ts";
import type { Run } from "../run.ts";

/** An attempt took too long: of a step that names no limit it is its agent's, which the machine does not know. */
export function attemptTooLong(step: Step, agent: string): Failure {
  const ms = limitOf(step);
  if (ms === null)
    return tooLong(
      `It took longer than the time limit of the agent "${agent}"`,
      "write a longer timeout on the step or on the agent",
    );
  return tooLong(
    `It took longer than its time limit of ${sayDuration(ms)}`,
    "write a longer timeout on the step",
  );
}

/** A block took too long, or a step that is given no attempts. */
export function stepTooLong(step: Step): Failure {
  const ms = limitOf(step);
  const limit = ms === null ? "" : ` of ${sayDuration(ms)}`;
  return tooLong(
    `"${step.name}" took longer than its time limit${limit}`,
    "write a longer timeout on it",
  );
}

export function runTooLong(run: Pick<Run, "workflow" | "limits">): Failure {
  const ms = totalTimeoutOf(run);
  const limit = ms === null ? "" : ` of ${sayDuration(ms)}`;
  return tooLong(
    `The run took longer than its total time limit${limit}`,
    "write a longer total_timeout in the workflow's resource_limits",
  );
}

/** As it was amended, else as the definition says. */
export function totalTimeoutOf({
  workflow,
  limits,
}: Pick<Run, "workflow" | "limits">): number | null {
  const { totalTimeoutMs } = limits;
  return totalTimeoutMs === undefined ? workflow.limits.totalTimeoutMs : totalTimeoutMs;
}

function tooLong(what: string, mend: string): Failure {
  return failure("timeout", `${what}. If it needs more time, ${mend}.`);
}

function limitOf(step: Step): number | null {
  return "timeoutMs" in step ? step.timeoutMs : null;
}
