import type { Problem } from "../problem.ts";
import { type Approval, stageOf } from "./approval.ts";
import { decidersOf, delegators, whyExcluded } from "./deciders.ts";
import type { ApprovalFacts } from "./facts.ts";

/** `for`: whose right it is, where a delegate decides; null: one's own. */
export type Right = { readonly for: string | null };

/** Whether whoever tells it may decide at this stage: by their own right, or in the place of another. */
export function whyMayNot(
  approval: Approval,
  facts: ApprovalFacts,
  inPlaceOf?: string,
): Right | Problem {
  const { by } = facts;
  const deciders = decidersOf(approval, facts);
  const named = deciders ?? approval.gate.from;
  const excluded = whyExcluded(approval, by);
  if (excluded !== null)
    return { code: "not-allowed", message: `${by} may not decide this: ${excluded}.` };
  if (inPlaceOf === undefined && (deciders === null || deciders.includes(by)))
    return claimedBy(approval, by) ?? { for: null };
  // It goes no further: only whoever may decide by their own right lets another do so.
  const letting = delegators(by, approval.gate.chain, facts).filter(
    (from) => (inPlaceOf ?? from) === from && deciders?.includes(from) === true,
  );
  const free = letting.find((from) => whyExcluded(approval, from) === null);
  if (free !== undefined) return claimedBy(approval, by) ?? { for: free };
  const [first] = letting;
  if (first !== undefined)
    return {
      code: "not-allowed",
      message: `${by} may not decide this in the place of ${first}: ${whyExcluded(approval, first)}.`,
    };
  if (inPlaceOf !== undefined)
    return {
      code: "not-allowed",
      message: `${inPlaceOf} does not let ${by} decide this in their place, now.`,
      mend: "See who lets whom: muster inbox delegate list",
    };
  return {
    code: "not-allowed",
    message:
      named.length === 0
        ? `${by} may not decide this, and nobody else may: nobody has the role it asks for.`
        : `${by} may not decide this; ${named.join(", ")} may.`,
  };
}

function claimedBy(approval: Approval, by: string): Problem | null {
  const { claimed } = approval;
  if (claimed === null || claimed === by || stageOf(approval).need > 1) return null;
  return {
    code: "conflict",
    message: `${claimed} has claimed this.`,
    mend: `Ask ${claimed} to decide it or to release it.`,
  };
}
