import {
  type Approval,
  consumeApproval,
  JOINED,
  type RuleRef,
  type Voided,
} from "../../approval/index.ts";
import type { Judgement, Preview } from "../../governance/index.ts";
import type { JsonObject } from "../../json.ts";
import type { Draft } from "../draft.ts";
import type { Key } from "../event.ts";
import type { Judged } from "../facts.ts";
import { approvalFacts } from "../people/approval-facts.ts";
import { chainAsked } from "../people/chain-asked.ts";
import { load } from "../scope.ts";
import { get } from "../tables/table.ts";
import { judgedBy } from "./judging.ts";
import type { Granted, OpenUse } from "./uses.ts";

export type Using = {
  readonly use: OpenUse;
  readonly approval: Granted;
  /** By the map of today, with what is looked up today. */
  readonly judgement: Judged;
  readonly preview: Preview | null;
};

/** The approval that a chain of the map gave; null: the file's own words were all there was. */
export function allowedAs({ run }: Draft, { gate }: Granted): Approval | null {
  return (run.granted === undefined ? undefined : get(run.granted, gate))?.approval ?? null;
}

/** What was looked up of the record when the use was judged. */
export function previewIn({ read }: Draft, { preview }: OpenUse): Preview | null {
  return preview === null ? null : (load(preview, read) as unknown as Preview);
}

type Gone = { readonly how: Voided; readonly why: string };

/** `isUnmet`: it was allowed on a condition, and goes on by itself when that holds. */
export type Halting = { readonly why: string; readonly isUnmet: boolean };

/**
 * Somebody stopped all, this agent or this tool, or it was allowed on a condition that does not hold yet:
 * nothing of it is begun now, and nothing of it is void.
 */
export function whyHalted(
  { facts }: Draft,
  { use: { agent, tool }, judgement }: Pick<Using, "use" | "judgement">,
): Halting | null {
  const why = facts.approvals?.stopped({ agent, tool }) ?? null;
  const stopped = judgement.checks.find(({ check }) => check === "stopped");
  const said =
    why ?? (stopped?.verdict === "deny" ? (stopped.why ?? "Somebody stopped it.") : null);
  if (said !== null) return { why: `, and is halted: ${said}`, isUnmet: false };
  const { unmet = [] } = judgement;
  if (unmet.length === 0) return null;
  return { why: ` on a condition that does not hold yet: ${unmet.join("; ")}.`, isUnmet: true };
}

/** Whether what people allowed is held back still, as things are now. The record is as it was looked up last. */
export function isUnmetUse(draft: Draft, key: Key, use: OpenUse): boolean {
  const { approval, agent, tool, path, args, edited } = use;
  if (approval === null) return false;
  const conditions = allowedAs(draft, approval)?.conditions ?? [];
  const judgement = judgedBy(draft, path, {
    agent,
    tool,
    args: edited ?? (load(args, draft.read) as JsonObject),
    preview: previewIn(draft, use),
    key,
    isConsuming: true,
    conditions,
  });
  return whyHalted(draft, { use, judgement }) !== null;
}

/**
 * U4: why what people allowed may not be done any more; null: it may, once. The action is the same, what
 * it writes is as it was when they looked, its rules, its chain and its voters are those of today, and
 * nothing forbids it by now.
 */
export function voidedBy(draft: Draft, using: Using): Gone | null {
  const { use, approval, judgement, preview } = using;
  if (judgement.verdict === "deny")
    return { how: "denied", why: `It is not allowed any more: ${judgement.why}` };
  const allowed = allowedAs(draft, approval);
  if (allowed !== null) return byChain(draft, using, allowed);
  if ((preview?.digest ?? null) !== use.precondition)
    return { how: "stale", why: `What "${use.tool}" writes has changed since it was approved.` };
  if (judgement.action !== approval.digest || use.action !== approval.digest)
    return { how: "action", why: "What was approved is not what would be done now." };
  return null;
}

function byChain(draft: Draft, { judgement, preview }: Using, allowed: Approval): Gone | null {
  const now = {
    action: judgement.action,
    chain: chainAsked(draft, chainsFor(judgement, allowed.gate.chain))?.digest ?? null,
    rules: rulesAsking(judgement),
    precondition: preview?.digest ?? null,
    stopped: null,
  };
  const used = consumeApproval(allowed, now, approvalFacts(draft, "muster"));
  if (used.kind === "refused") return { how: "denied", why: used.problem.message };
  return used.kind === "void" ? { how: used.event.how, why: used.event.why } : null;
}

/**
 * The chains that decide on a use: what a decider has changed until no rule asks for it any more is still
 * decided by those who were asked.
 */
export function chainsFor({ chains }: Pick<Judgement, "chains">, asked: string): readonly string[] {
  return chains.length > 0 ? chains : asked.split(JOINED);
}

/** The rules for which people are asked, each as the version that was asked. */
export function rulesAsking({ rules }: Pick<Judgement, "rules">): readonly RuleRef[] {
  return rules
    .filter((one) => one.follows === "approve" && !one.isShadow && one.holds !== "false")
    .map(({ rule, version }) => ({ rule, version }));
}
