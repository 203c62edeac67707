import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import {
  type Approval,
  type ApprovalVote,
  actionsOf,
  chainOf,
  evolveApproval,
  isAbout,
  isPlain,
  stageOf,
} from "./approval.ts";
import { decidersAt, sayDeciders, whyExcluded } from "./deciders.ts";
import { termOf } from "./due.ts";
import type { ApprovalEvent } from "./event.ts";
import type { ApprovalFacts } from "./facts.ts";
import type { ApprovalTold } from "./hear.ts";
import { type Right, whyMayNot } from "./right.ts";

type VoteTold = Extract<ApprovalTold, { type: "vote" }>;
type Closed = Extract<ApprovalEvent, { type: "gate.closed" }>;

/** A person decides. It counts once for each person, for what they were shown, from who may. */
export function heardVote(
  approval: Approval,
  told: VoteTold,
  facts: ApprovalFacts,
): readonly ApprovalEvent[] | Problem {
  const stale = whyNotThis(approval, told);
  if (stale !== null) return stale;
  const right = whyMayNot(approval, facts, told.for);
  if ("code" in right) return right;
  const on = openTo(approval, facts.by, right);
  const against =
    (on.length === 0 ? whyTwice(approval, facts.by, right) : null) ??
    (on.length === 0 ? whyNothingLeft(facts.by) : null) ??
    whyUnexplained(approval, told) ??
    whyNotTheseParts(approval, told, on) ??
    whyNoCondition(approval, told, facts) ??
    (told.together === true ? whyNotBulk(approval) : null);
  if (against !== null) return against;
  const voted = votedAs(approval, told, { facts, right, on });
  const after = evolveApproval(approval, voted, facts);
  return [voted, ...following(after, told, facts)];
}

/**
 * In an emergency, with a role of its own and a reason: at once, alone, and looked at afterwards. Of several
 * actions what somebody has refused stays refused, as the one action would be.
 */
export function heardOverride(
  approval: Approval,
  told: Extract<ApprovalTold, { type: "override" }>,
  facts: ApprovalFacts,
): readonly ApprovalEvent[] | Problem {
  const stale = whyNotThis(approval, told);
  if (stale !== null) return stale;
  const { by } = facts;
  const glass = chainOf(approval).breakGlass;
  if (glass === null)
    return {
      code: "not-allowed",
      message: "Nobody may decide this alone: its chain has no glass to break.",
    };
  if (!facts.people(glass.role).includes(by))
    return {
      code: "not-allowed",
      message: `${by} may not break the glass here; who is ${glass.role} may.`,
    };
  const excluded = whyExcluded(approval, by);
  if (excluded !== null)
    return { code: "not-allowed", message: `${by} may not break the glass here: ${excluded}.` };
  if (told.reason.trim() === "") return noReason("to break the glass");
  const { digest, reason } = told;
  const { review } = glass;
  const why = `${by} broke the glass: ${reason}`;
  return [
    { type: "gate.overridden", digest, voter: by, reason, review },
    { type: "gate.closed", allowed: true, why, ...partAllowed(approval) },
  ];
}

/** What was decided on is what is asked now, as it is shown now. */
function whyNotThis(
  { gate }: Approval,
  { digest, presented, channel }: Pick<VoteTold, "digest" | "presented" | "channel">,
): Problem | null {
  const isShown = gate.terms === undefined || gate.terms.presented === presented;
  if (digest !== gate.digest || (presented !== undefined && !isShown))
    return {
      code: "conflict",
      message: "What this vote decides on is no longer what the gate asks.",
      mend: "Look at it again and decide on what it asks now.",
    };
  if (!isShown)
    return {
      code: "bad-input",
      message: "This vote does not say what was shown to whoever gave it.",
      mend: 'Look at it, and give the digest of what it shows as "presented".',
    };
  if (channel === "api")
    return {
      code: "not-allowed",
      message: "A program's token decides nothing; people do.",
      mend: "Let the person sign in and decide.",
    };
  return null;
}

/** The actions that this person has not decided yet, and has not changed: of one action it, or none. */
function openTo(approval: Approval, by: string, right: Right): readonly Digest[] {
  const whose = [by, ...(right.for === null ? [] : [right.for])];
  const here = approval.votes.filter(
    ({ stage = 0, voter, for: of }) =>
      stage === approval.stage &&
      (whose.includes(voter) || (of !== undefined && whose.includes(of))),
  );
  const { not } = chainOf(approval);
  const asks = not.includes("editor") || not.includes("requester");
  return actionsOf(approval).filter((action) => {
    const of = approval.gate.terms?.actions?.find(({ digest }) => digest === action);
    const isHis = asks && (of?.editors ?? []).some((one) => whose.includes(one));
    return !isHis && !here.some((vote) => isAbout(vote, action));
  });
}

function whyNothingLeft(by: string): Problem {
  const message = `${by} has decided or changed all that is asked here; another decides the rest.`;
  return { code: "conflict", message };
}

/** One human has one vote at a stage, their own or another's; and one's right is used once. */
function whyTwice(approval: Approval, by: string, right: Right): Problem | null {
  const here = approval.votes.filter(({ stage = 0 }) => stage === approval.stage);
  if (here.some(({ voter }) => voter === by))
    return {
      code: "conflict",
      message: `${by} has decided this before; one person has one vote.`,
    };
  const whose = right.for ?? by;
  const other = here.find(
    (vote) => vote.for === whose || (right.for !== null && vote.voter === whose),
  );
  if (other === undefined) return null;
  const how = other.voter === whose ? "has decided this" : `has had it decided by ${other.voter}`;
  return { code: "conflict", message: `${whose} ${how} before; one person has one vote.` };
}

function whyUnexplained(approval: Approval, { allow, reason }: VoteTold): Problem | null {
  const isWanted = !allow && !isPlain(approval);
  return isWanted && reason.trim() === "" ? noReason("to reject it") : null;
}

function noReason(what: string): Problem {
  return {
    code: "bad-input",
    message: `A reason is needed ${what}; it stands in the log.`,
    mend: "Say why in a sentence.",
  };
}

/** A condition is of the map's words, and of what the map binds. */
function whyNoCondition(
  approval: Approval,
  { allow, when }: VoteTold,
  { condition }: ApprovalFacts,
): Problem | null {
  if (when === undefined) return null;
  if (!allow)
    return {
      code: "bad-input",
      message: "What is rejected has no condition.",
      mend: "Leave it out.",
    };
  if (isPlain(approval) || condition === undefined)
    return {
      code: "bad-input",
      message: "Only what a chain of the map asks can be allowed on a condition.",
      mend: "Allow it, reject it, or ask.",
    };
  return condition(when);
}

/** Of several actions some can be permitted. Of one there is no part: it is allowed, rejected, or asked about. */
function whyNotTheseParts(
  approval: Approval,
  told: VoteTold,
  on: readonly Digest[],
): Problem | null {
  const { permits, blocks = [], allow } = told;
  const actions = actionsOf(approval);
  if (!allow || (permits === undefined && blocks.length === 0)) return null;
  const unknown = permits?.find((one) => !actions.includes(one));
  if (unknown !== undefined)
    return { code: "bad-input", message: `${unknown} is no action that this asks for.` };
  if (approval.gate.terms?.actions === undefined && !isPlain(approval))
    return {
      code: "bad-input",
      message: "This is one action: it cannot be allowed in part.",
      mend: "Allow it, reject it, edit it, or ask.",
    };
  const others = on.length === actions.length ? {} : { on };
  const vote = {
    voter: "",
    allow: true,
    reason: "",
    at: 0,
    permits: permits ?? actions,
    ...others,
  };
  const permitted = permittedBy([...votesNow(approval), vote], actions);
  return permitted.length > 0
    ? null
    : {
        code: "bad-input",
        message: "With this nothing would be permitted by all who decide.",
        mend: "Permit something that the others permit, or reject it.",
      };
}

/** What all who allow it permit. */
function permittedBy(votes: readonly ApprovalVote[], all: readonly Digest[]): readonly Digest[] {
  return all.filter((one) =>
    votes.every(
      (vote) => !isAbout(vote, one) || vote.permits === undefined || vote.permits.includes(one),
    ),
  );
}

function votesNow({ votes }: Approval): readonly ApprovalVote[] {
  return votes.filter(({ allow }) => allow);
}

/** Many at once are a risk of their own: only where the chain says so, of little risk, and untainted. */
export function whyNotBulk(approval: Approval): Problem | null {
  const no = (message: string): Problem => ({
    code: "not-allowed",
    message,
    mend: "Look at it, and decide it by itself.",
  });
  if (chainOf(approval).bulk === null) return no("Its chain lets nobody decide many at once.");
  if (approval.gate.terms?.isLowRisk !== true)
    return no("It is above what its chain lets people decide at once.");
  const taint = approval.gate.evidence?.taint ?? [];
  if (taint.length > 0) return no(`It rests on what others have written: ${taint.join(", ")}.`);
  return null;
}

function votedAs(
  approval: Approval,
  told: VoteTold,
  { facts, right, on }: Voting,
): Extract<ApprovalEvent, { type: "gate.voted" }> {
  const { digest, allow, reason, channel, presented, permits, blocks, together, when } = told;
  const viewed = approval.views.find(({ by }) => by === facts.by);
  return {
    type: "gate.voted",
    digest,
    voter: facts.by,
    allow,
    reason,
    ...(approval.stage === 0 ? {} : { stage: approval.stage }),
    ...(right.for === null ? {} : { for: right.for }),
    ...(channel === undefined ? {} : { channel }),
    ...(presented === undefined ? {} : { presented }),
    ...(viewed === undefined ? {} : { viewedAt: viewed.at }),
    ...(permits === undefined ? {} : { permits }),
    ...(blocks === undefined || blocks.length === 0 ? {} : { blocks }),
    ...(together === undefined ? {} : { together }),
    ...(on.length === actionsOf(approval).length ? {} : { on }),
    ...(when === undefined ? {} : { when }),
  };
}

type Voting = {
  readonly facts: ApprovalFacts;
  readonly right: Right;
  readonly on: readonly Digest[];
};

/** One who rejects ends it; enough who allow it end the stage, and the last stage all of it. */
function following(
  after: Approval,
  { allow, reason }: VoteTold,
  facts: ApprovalFacts,
): readonly ApprovalEvent[] {
  if (!allow)
    return [{ type: "gate.closed", allowed: false, why: reason || `${facts.by} rejected it.` }];
  if (isLeft(after)) return [];
  const { stages } = chainOf(after);
  const next = stages[after.stage + 1];
  if (next === undefined) return [allowed(after, reason)];
  const at = after.stage + 1;
  const from = decidersAt(after, { stage: next, at }, facts);
  const term = termOf(after, next.due, facts);
  const { need } = next;
  return [
    { type: "gate.advanced", stage: at, from: from ?? [sayDeciders(next.from)], need, ...term },
  ];
}

/** Something that nobody has refused has not been allowed by enough people at this stage. */
function isLeft(after: Approval): boolean {
  const votes = votesNow(after);
  const here = votes.filter(({ stage = 0 }) => stage === after.stage);
  const { need } = stageOf(after);
  return permittedBy(votes, actionsOf(after)).some(
    (one) => here.filter((vote) => isAbout(vote, one)).length < need,
  );
}

function allowed(after: Approval, why: string): Closed {
  const conditions = [...new Set(votesNow(after).flatMap(({ when }) => when ?? []))];
  return {
    type: "gate.closed",
    allowed: true,
    why,
    ...partAllowed(after),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/** Of several actions those that nobody has refused, and why the others were. */
function partAllowed(of: Approval): Pick<Closed, "permits" | "blocks"> {
  const actions = actionsOf(of);
  const permits = permittedBy(votesNow(of), actions);
  const blocks = [...new Set(votesNow(of).flatMap((vote) => vote.blocks ?? []))];
  return {
    ...(permits.length === actions.length ? {} : { permits }),
    ...(blocks.length === 0 ? {} : { blocks }),
  };
}
