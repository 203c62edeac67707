import type { Strategy } from "../../definition/index.ts";
import type { Failure, FailureClass } from "../failure.ts";
import type { LeafFrame, Run } from "../run.ts";
import { isToBeSeen } from "../uses/uses.ts";
import { names } from "./retry.ts";

/** What the class of an error leads to when the step itself says nothing. */
export const STRATEGY_OF_CLASS: Readonly<Record<FailureClass, Strategy>> = {
  transient: "retry_with_backoff",
  permanent: "fail_immediately",
  degradable: "degradable",
  critical: "halt_and_escalate",
};

type Bounds = Pick<Run, "workflow" | "limits">;

export type Following = "retry" | "fallback" | "degrade" | "fail" | "escalate" | "ask";

/**
 * What follows a failed attempt. In this order:
 * a begun `ask` in doubt goes to a person; a critical error halts, whatever the step says, and what a
 * rate limit leaves out is left out; then
 * another attempt, where the error may go away and attempts are left; a call still in doubt then goes
 * to a person, and in no other way out of the step; then another agent; then the step's own strategy.
 */
export function following(frame: LeafFrame, error: Failure, run: Bounds): Following {
  const { step } = frame;
  const { workflow, limits } = run;
  const strategy =
    step.strategy ?? workflow.strategies?.[error.class] ?? STRATEGY_OF_CLASS[error.class];
  if (isToBeSeen(frame)) return "ask";
  if (error.class === "critical") return "escalate";
  if (error.kind === "skipped_by_rate_limit" && !frame.doubt) return "degrade";
  if (retries(frame, error, { strategy, limits })) return "retry";
  if (frame.doubt) return "ask";
  if (fallsBack(frame, error, strategy)) return "fallback";
  return withoutMore(frame, error, strategy);
}

/** No attempt is left, and nothing is in doubt. */
function withoutMore(frame: LeafFrame, error: Failure, strategy: Strategy): Following {
  if (strategy === "halt_and_escalate") return "escalate";
  const isTolerated =
    strategy === "degradable" ||
    (strategy !== "fail_immediately" && error.class === "degradable") ||
    frame.step.optional;
  return isTolerated ? "degrade" : "fail";
}

function retries(
  frame: LeafFrame,
  error: Failure,
  { strategy, limits }: { readonly strategy: Strategy; readonly limits: Run["limits"] },
): boolean {
  const { retry } = frame.step;
  // Tried again as it is it would not fit again: money that comes back is waited for, or asked for.
  if (error.kind === "budget_exceeded") return false;
  const most = limits.attemptsMost ?? retry.attemptsMost;
  if (frame.step.strategy === "fail_immediately" || frame.tries >= most) return false;
  if (retry.on.length > 0) return names(retry.on, error);
  return error.class === "transient" && strategy !== "fail_immediately";
}

function fallsBack(frame: LeafFrame, error: Failure, strategy: Strategy): boolean {
  if (frame.step.kind !== "task" || frame.step.fallback === null || frame.fellBack) return false;
  if (frame.step.strategy === "fail_immediately" || strategy === "halt_and_escalate") return false;
  const { on } = frame.step.fallback;
  return on.length === 0 || names(on, error);
}
