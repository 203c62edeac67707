import type { ApprovalFacts } from "../../approval/index.ts";
import type { Draft } from "../draft.ts";

/** What an approval asks of people and time. Without a map nobody stands above anybody, and time is the clock's. */
export function approvalFacts({ facts, at }: Draft, by: string): ApprovalFacts {
  const { people, approvals, digest } = facts;
  return {
    at,
    by,
    people: people ?? (() => []),
    manager: approvals?.manager ?? (() => null),
    delegations: approvals?.delegations() ?? [],
    after: approvals?.after ?? ((from, { ms }) => from + ms),
    digest,
    ...(approvals?.condition === undefined ? {} : { condition: approvals.condition }),
  };
}
