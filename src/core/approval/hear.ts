import type { Digest } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import type { Approval } from "./approval.ts";
import { stageOf } from "./approval.ts";
import { heardEdit } from "./edit.ts";
import type { ApprovalEvent, Channel } from "./event.ts";
import type { ApprovalFacts } from "./facts.ts";
import type { GateOpening } from "./opening.ts";
import { whyMayNot } from "./right.ts";
import { heardOverride, heardVote } from "./vote.ts";

/** Questions and answers at one gate, each. */
export const TALK_MOST = 100;
/** People who are noted as having opened one gate. */
export const VIEWS_MOST = 1_000;

/** What people tell an approval. Every door to it, whatever its kind, comes through here. */
export type ApprovalTold =
  | {
      readonly type: "vote";
      readonly digest: Digest;
      readonly allow: boolean;
      readonly reason: string;
      /** Of what the voter was shown; a chain of the map asks for it. */
      readonly presented?: Digest;
      /** Whose right it is, where the voter decides for another. */
      readonly for?: string;
      readonly channel?: Channel;
      /** Of several actions, those that are permitted, and what stands in the way of the others. */
      readonly permits?: readonly Digest[];
      readonly blocks?: readonly string[];
      /** It is allowed when this holds, and not before: a condition over `case` and `action`. */
      readonly when?: string;
      /** One of many that are decided at once. */
      readonly together?: true;
    }
  /** In an emergency one person decides alone; it is looked at afterwards. */
  | {
      readonly type: "override";
      readonly digest: Digest;
      readonly presented: Digest;
      readonly reason: string;
      readonly channel?: Channel;
    }
  | { readonly type: "claim" }
  | { readonly type: "release"; readonly why: string }
  /** Values of arguments by their paths: "refund.amount". */
  | {
      readonly type: "edit";
      readonly digest: Digest;
      readonly changes: JsonObject;
      readonly reason: string;
      /** Of several actions, the one that is changed. */
      readonly action?: Digest;
    }
  | { readonly type: "ask"; readonly text: string }
  | { readonly type: "reply"; readonly text: string }
  | { readonly type: "view"; readonly presented: Digest };

/** How an edited action is asked: the rules have been run on it again, and have not refused it. */
export type Again = (
  args: JsonObject,
  action?: { readonly digest: Digest; readonly editors: readonly string[] },
) => GateOpening | Problem;

/**
 * What is told to an approval, and what follows. Pure.
 *
 * @param again what would be asked of the action with these arguments; null: nothing here can be edited
 * @returns a `Problem` where it is refused, and then nothing has changed
 */
export function hearApproval(
  approval: Approval,
  told: ApprovalTold,
  facts: ApprovalFacts & { readonly again?: Again },
): readonly ApprovalEvent[] | Problem {
  if (approval.state !== "open")
    return { code: "conflict", message: "This was decided before.", mend: SEE };
  const against = whyNobody(facts.by);
  if (against !== null) return against;
  switch (told.type) {
    case "vote":
      return heardVote(approval, told, facts);
    case "override":
      return heardOverride(approval, told, facts);
    case "edit":
      return heardEdit(approval, told, facts);
    case "claim":
      return heardClaim(approval, facts);
    case "release":
      return heardRelease(approval, told.why, facts);
    case "ask":
    case "reply":
      return heardTalk(approval, told, facts);
    case "view":
      return heardView(approval, told.presented, facts.by);
    default:
      return unreachable(told);
  }
}

const SEE = "See what waits: muster inbox list";

/** Neither the machine nor an agent is somebody: what a model thinks is shown, and decides nothing. */
function whyNobody(by: string): Problem | null {
  if (by !== "" && by !== "muster" && by !== "timer" && !by.startsWith("agent:")) return null;
  return {
    code: "not-allowed",
    message: `"${by}" is no person; only people decide, ask and edit here.`,
    mend: "Name whoever it is.",
  };
}

function heardClaim(approval: Approval, facts: ApprovalFacts): readonly ApprovalEvent[] | Problem {
  const right = whyMayNot(approval, facts);
  if ("code" in right) return right;
  const { need } = stageOf(approval);
  if (need > 1)
    return {
      code: "bad-input",
      message: `${need} people decide this; nobody claims it alone.`,
      mend: "Decide it; the others do so beside you.",
    };
  return approval.claimed === facts.by ? [] : [{ type: "gate.claimed", person: facts.by }];
}

/** Whoever has it gives it back; so does who answers for it, when that one is away. */
function heardRelease(
  { claimed, gate }: Approval,
  why: string,
  { by }: ApprovalFacts,
): readonly ApprovalEvent[] | Problem {
  if (claimed === null) return [];
  const owners = gate.terms?.parties.owners ?? [];
  if (claimed === by || owners.includes(by)) return [{ type: "gate.released", why }];
  return {
    code: "not-allowed",
    message: `${claimed} has claimed this; ${[...new Set([claimed, ...owners])].join(" or ")} may release it.`,
  };
}

/** A decider asks; whoever knows answers, those who ask for the action too. */
function heardTalk(
  approval: Approval,
  { type, text }: Extract<ApprovalTold, { type: "ask" | "reply" }>,
  facts: ApprovalFacts,
): readonly ApprovalEvent[] | Problem {
  if (text.trim() === "")
    return { code: "bad-input", message: "Nothing is said.", mend: "Say it in a sentence." };
  if (approval.talk.length >= TALK_MOST)
    return {
      code: "limit",
      message: `${TALK_MOST} questions and answers have been written here; that is the most.`,
      mend: "Talk to each other, and decide.",
    };
  if (type === "ask") {
    const right = whyMayNot(approval, facts);
    return "code" in right ? right : [{ type: "gate.asked", text }];
  }
  if (approval.talk.some(({ isQuestion }) => isQuestion)) return [{ type: "gate.answered", text }];
  return { code: "conflict", message: "Nobody has asked anything here.", mend: SEE };
}

/** Once for each person, and each thing that is shown. */
function heardView(
  { views, gate }: Approval,
  presented: Digest,
  by: string,
): readonly ApprovalEvent[] {
  const isNow = presented === (gate.terms?.presented ?? gate.digest);
  const isKnown = views.some((one) => one.by === by) || views.length >= VIEWS_MOST;
  return isNow && !isKnown ? [{ type: "gate.viewed", presented }] : [];
}
