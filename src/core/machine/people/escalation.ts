import type { Rule } from "../../definition/index.ts";
import type { Following } from "../attempts/strategy.ts";
import { type Draft, tell } from "../draft.ts";
import type { Path } from "../event.ts";
import type { Failure } from "../failure.ts";
import { degrade, fail, raise } from "../finish.ts";
import type { LeafFrame } from "../run.ts";
import { runOwner } from "./run-owner.ts";

/** What led to it: the condition, and the error or the limit behind it. */
export type Cause = { readonly condition: Rule["condition"]; readonly error: Failure };

/**
 * The author's rule for a condition acts on the run: the event says which, and why.
 *
 * @param path of the step or block that it is about; "" is the run
 * @returns what the rule wants and whoever calls has still to do; null where there is no such rule,
 *   or the run ends anyway
 */
export function ruleActs(draft: Draft, path: Path, cause: Cause): Rule["action"] | null {
  const rule = ruleFor(draft, cause.condition);
  if (rule === null) return null;
  tellRule(draft, { path, rule, cause, action: rule.action });
  if (rule.action === "pause_workflow")
    tell(draft, { type: "run.paused", why: `${cause.error.message}${addressed(rule)}` });
  if (rule.action === "rollback") rollBack(draft, cause.error);
  return rule.action;
}

/**
 * The same for a step that asks the world and is at its end. What is in doubt goes to a person,
 * whatever the rule says.
 *
 * @returns whether a rule has said what becomes of the step
 */
export function ruleActsOnStep(draft: Draft, frame: LeafFrame, cause: Cause): boolean {
  const rule = frame.undoes === null ? ruleFor(draft, cause.condition) : null;
  if (rule === null) return false;
  const { error } = cause;
  const action = frame.doubt ? "pause_workflow" : rule.action;
  tellRule(draft, { path: frame.path, rule, cause, action });
  switch (action) {
    case "pause_workflow":
      halt(draft, frame, { error, rule });
      return true;
    case "mark_step_failed":
      fail(draft, frame, error);
      return true;
    case "continue":
      degrade(draft, frame, { error });
      return true;
    // The step ends with all others: one that ended first would let its siblings begin.
    case "rollback":
      rollBack(draft, error);
      return true;
  }
}

/** Which condition of the author's rules a step has come to, where it has come to one. */
export function causeOf(draft: Draft, frame: LeafFrame, follows: Following): Cause | null {
  const { error } = frame;
  if (error === null) return null;
  const conditions: readonly (Rule["condition"] | false)[] =
    follows === "escalate"
      ? ["critical_step_failure"]
      : follows === "fail" || follows === "degrade"
        ? [
            error.kind === "timeout" && "timeout",
            error.kind === "budget_exceeded" && "budget_exceeded",
            isExhausted(frame) && "retry_exhausted",
          ]
        : [];
  const rule = draft.run.workflow.rules?.find((one) => conditions.includes(one.condition));
  return rule === undefined ? null : { condition: rule.condition, error };
}

/** Nothing new begins until a person has looked. */
export function halt(
  draft: Draft,
  frame: LeafFrame,
  { error, rule }: { readonly error: Failure; readonly rule?: Rule },
): void {
  const exception = raise(draft, frame, { error, ...(rule === undefined ? {} : { rule }) });
  if (draft.run.paused !== null || draft.run.phase !== "running") return;
  const why = `"${frame.step.name}" was escalated: ${error.message}`;
  tell(draft, { type: "run.paused", why, exception });
}

function ruleFor(draft: Draft, condition: Rule["condition"]): Rule | null {
  const { rules } = draft.run.workflow;
  if (rules === undefined || draft.run.phase !== "running") return null;
  return rules.find((rule) => rule.condition === condition) ?? null;
}

function isExhausted({ step, tries }: LeafFrame): boolean {
  return step.retry.attemptsMost > 1 && tries >= step.retry.attemptsMost;
}

function tellRule(
  draft: Draft,
  {
    path,
    rule,
    cause,
    action,
  }: {
    readonly path: Path;
    readonly rule: Rule;
    readonly cause: Cause;
    readonly action: Rule["action"];
  },
): void {
  const { recipients, notify, message } = rule;
  tell(draft, {
    type: "rule.acted",
    path,
    condition: rule.condition,
    action,
    why: cause.error.message,
    owner: rule.owner || runOwner(draft),
    ...(recipients.length === 0 ? {} : { recipients }),
    ...(notify.length === 0 ? {} : { notify }),
    ...(message === "" ? {} : { message }),
  });
}

function rollBack(draft: Draft, error: Failure): void {
  tell(draft, {
    type: "run.stopping",
    outcome: "failed",
    abort: true,
    rollback: true,
    why: error.message,
    error,
  });
  draft.queue.push("");
}

function addressed({ recipients }: Rule): string {
  return recipients.length === 0 ? "" : ` (for ${recipients.join(", ")})`;
}
