import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import { type Approval, chainOf, isAbout } from "./approval.ts";
import { decidersAt, whyExcluded } from "./deciders.ts";
import type { ApprovalEvent, Voided } from "./event.ts";
import type { ApprovalFacts } from "./facts.ts";
import type { RuleRef } from "./opening.ts";

/** What is about to be done, as it is now. */
export type Consuming = {
  /** Of the action, computed anew. */
  readonly action: Digest;
  /** Of the chain of that name in the map of now; null: there is none any more. */
  readonly chain: string | null;
  /** The rules that ask for it now. */
  readonly rules: readonly RuleRef[];
  /** Of the record, looked up just before; null: it has no precondition. */
  readonly precondition: Digest | null;
  /** Somebody stopped all, this agent or this tool: why. */
  readonly stopped: string | null;
  /** What still stands in the way, of conditions on which it was allowed; absent: nothing. */
  readonly unmet?: readonly string[];
};

/** Begun, void (and asked anew), or not now: then it stays allowed. */
export type Consumption =
  | { readonly kind: "consumed"; readonly event: Extract<ApprovalEvent, { type: "gate.consumed" }> }
  | { readonly kind: "void"; readonly event: Extract<ApprovalEvent, { type: "gate.voided" }> }
  | { readonly kind: "refused"; readonly problem: Problem };

/**
 * What was allowed is about to be done. Everything that it was allowed for must be as it was, whoever
 * allowed it must still be allowed to, and nobody must have stopped it. Told in the same decision as the
 * write it is for: so it is done once, however many try.
 */
export function consumeApproval(
  approval: Approval,
  now: Consuming,
  facts: ApprovalFacts,
): Consumption {
  if (approval.state !== "allowed") return refused(approval.state);
  if (now.stopped !== null)
    return {
      kind: "refused",
      problem: {
        code: "not-allowed",
        message: `It was allowed, and is stopped: ${now.stopped}`,
        mend: "It goes on when it is stopped no more.",
      },
    };
  if (now.unmet !== undefined && now.unmet.length > 0)
    return {
      kind: "refused",
      problem: {
        code: "not-allowed",
        message: `It was allowed on a condition that does not hold yet: ${now.unmet.join("; ")}.`,
        mend: "It goes on when it holds.",
      },
    };
  if (approval.consumed.includes(now.action)) return refused("consumed");
  if (approval.voided?.includes(now.action) === true) return refused("void");
  const gone = whyGone(approval, now, facts);
  if (gone !== null) {
    const one = approval.gate.terms?.actions === undefined ? {} : { action: now.action };
    return { kind: "void", event: { type: "gate.voided", ...gone, ...one } };
  }
  return { kind: "consumed", event: { type: "gate.consumed", action: now.action } };
}

function refused(state: Approval["state"]): Consumption {
  const message =
    state === "consumed"
      ? "What was allowed here was done before; an approval is for once."
      : `This is ${state}, and not allowed.`;
  return { kind: "refused", problem: { code: "conflict", message } };
}

function whyGone(
  approval: Approval,
  now: Consuming,
  facts: ApprovalFacts,
): { readonly how: Voided; readonly why: string } | null {
  const { terms } = approval.gate;
  if (!(approval.permits ?? []).includes(now.action))
    return { how: "action", why: "What would be done is not what was allowed." };
  if (terms === undefined) return null;
  const of = terms.actions?.find(({ digest }) => digest === now.action) ?? terms;
  if (now.chain !== terms.chain.digest)
    return { how: "chain", why: `The chain "${terms.chain.name}" is another one now.` };
  if (rulesAs(now.rules) !== rulesAs(of.rules ?? terms.rules))
    return { how: "rule", why: "The rules that ask for it are others now." };
  const stage = stageWithoutEnough(approval, now.action, facts);
  if (stage !== null)
    return {
      how: "voter",
      why: `Of those who allowed it, too few may still decide (stage ${stage + 1}).`,
    };
  if ((of.precondition ?? terms.precondition ?? null) !== now.precondition)
    return { how: "stale", why: "The record has changed since it was shown." };
  return null;
}

function rulesAs(rules: readonly RuleRef[]): string {
  return JSON.stringify(rules.map(({ rule, version }) => `${rule} ${version}`).toSorted(inOrder));
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Roles change between a vote and its use: each stage is counted again, with the people of now. */
function stageWithoutEnough(
  approval: Approval,
  action: Digest,
  facts: ApprovalFacts,
): number | null {
  if (approval.override !== null) {
    const { breakGlass } = chainOf(approval);
    const still =
      breakGlass !== null && facts.people(breakGlass.role).includes(approval.override.by);
    return still ? null : 0;
  }
  const found = chainOf(approval).stages.findIndex((stage, at) => {
    const then = { ...approval, stage: at };
    const deciders = decidersAt(then, { stage, at }, facts);
    const still = approval.votes.filter(
      (vote) =>
        (vote.stage ?? 0) === at &&
        vote.allow &&
        isAbout(vote, action) &&
        whyExcluded(then, vote.voter) === null &&
        (deciders === null || deciders.includes(vote.for ?? vote.voter)),
    );
    return new Set(still.map(({ voter }) => voter)).size < stage.need;
  });
  return found < 0 ? null : found;
}
