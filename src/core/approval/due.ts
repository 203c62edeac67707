import type { Span } from "../calendar/index.ts";
import { type Approval, chainOf, stageOf } from "./approval.ts";
import { decidersOf, meantBy, sayDeciders } from "./deciders.ts";
import type { ApprovalEvent } from "./event.ts";
import type { ApprovalFacts } from "./facts.ts";

const NO_PARTIES = { requesters: [], owners: [], agent: "" } as const;

/** The deadline of a time that begins now, and the reminders before it. */
export function termOf(
  approval: Pick<Approval, "gate">,
  span: Span | null,
  facts: Pick<ApprovalFacts, "at" | "after">,
): { readonly due?: number; readonly remind?: readonly number[] } {
  if (span === null) return {};
  const due = facts.after(facts.at, span);
  const remind = chainOf(approval)
    .remind.map((share) => facts.after(facts.at, { ...span, ms: Math.round(span.ms * share) }))
    .filter((moment) => moment > facts.at && moment < due);
  return { due, ...(remind.length === 0 ? {} : { remind }) };
}

/**
 * A moment has come: who has not decided is reminded; or the time is over, and the chain says what
 * follows: others are asked besides, or it is rejected. Nothing in a chain can say that it is allowed.
 */
export function dueApproval(approval: Approval, facts: ApprovalFacts): readonly ApprovalEvent[] {
  if (approval.state !== "open") return [];
  if (approval.due !== null && approval.due <= facts.at) return tooLate(approval, facts);
  if (!approval.remind.some((moment) => moment <= facts.at)) return [];
  const decided = approval.votes.filter(({ stage = 0 }) => stage === approval.stage);
  const has = new Set(
    decided.flatMap(({ voter, for: of }) => (of === undefined ? [voter] : [voter, of])),
  );
  const all = approval.claimed === null ? (decidersOf(approval, facts) ?? []) : [approval.claimed];
  return [{ type: "gate.reminded", to: all.filter((person) => !has.has(person)) }];
}

function tooLate(approval: Approval, facts: ApprovalFacts): readonly ApprovalEvent[] {
  const next = chainOf(approval).onTimeout[approval.timeouts];
  if (next === undefined || next.kind === "reject")
    return [
      {
        type: "gate.closed",
        allowed: false,
        why: "The deadline passed without a decision.",
        expired: true,
      },
    ];
  const parties = approval.gate.terms?.parties ?? NO_PARTIES;
  const from = meantBy(next.to, parties, facts);
  const term = termOf(approval, next.after ?? stageOf(approval).due, facts);
  return [
    {
      type: "gate.escalated",
      to: sayDeciders(next.to),
      deciders: next.to,
      ...(from === null ? {} : { from }),
      ...term,
    },
  ];
}
