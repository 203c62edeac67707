import type { Preview } from "../governance/index.ts";
import type { Draft } from "./draft.ts";
import type { Judged } from "./facts.ts";
import type { Granted, OpenUse } from "./uses.ts";

export type Using = {
  readonly use: OpenUse;
  readonly approval: Granted;
  /** By the map of today, with what is looked up today. */
  readonly judgement: Judged;
  readonly preview: Preview | null;
};

/**
 * U4: why what people allowed may not be done any more; null: it may, once. The action is the same, what
 * it writes is as it was when they looked, and nothing forbids it by now.
 */
export function voidedBy(
  _draft: Draft,
  { use, approval, judgement, preview }: Using,
): string | null {
  if (judgement.verdict === "deny") return `It is not allowed any more: ${judgement.why}`;
  const { tool } = use;
  if ((preview?.digest ?? null) !== use.precondition)
    return `What "${tool}" writes has changed since it was approved.`;
  if (judgement.action !== approval.digest || use.action !== approval.digest)
    return "What was approved is not what would be done now.";
  return null;
}
