import type { Digest } from "../id.ts";
import type { Deciders, KeptChain, Stage } from "./chain.ts";
import type { ApprovalEvent, Channel } from "./event.ts";
import type { GateOpening } from "./opening.ts";

/**
 * One approval: the fold of its events and nothing else. Only one that is `allowed` can be consumed, and
 * there is no way to it but votes, or the breaking of a glass that the chain names.
 */
export type Approval = {
  /** As it is asked now: who edits it makes another one of it. */
  readonly gate: GateOpening;
  readonly state: "open" | "allowed" | "denied" | "expired" | "consumed" | "void";
  readonly stage: number;
  /** When those who are asked now have had their time. */
  readonly due: number | null;
  /** Moments of reminders to come. */
  readonly remind: readonly number[];
  /** How many of the chain's steps after the deadline have been taken. */
  readonly timeouts: number;
  /** Who was asked besides, when a deadline had passed. */
  readonly also: readonly { readonly stage: number; readonly to: Deciders }[];
  /** Of the action as it is now. */
  readonly votes: readonly ApprovalVote[];
  /** Who changed it in a way that makes them one of those who ask. */
  readonly editors: readonly string[];
  readonly edits: number;
  readonly claimed: string | null;
  readonly views: readonly { readonly by: string; readonly at: number }[];
  readonly talk: readonly Said[];
  /** Digests of the actions that were permitted; null: not decided yet. */
  readonly permits: readonly Digest[] | null;
  /** What still stands in the way of the others. */
  readonly blocks: readonly string[];
  /** What must hold when what was allowed is begun; absent: nothing. */
  readonly conditions?: readonly string[];
  /** Digests of the actions that were begun. */
  readonly consumed: readonly Digest[];
  /** Of several, those that hold no more; absent: none. */
  readonly voided?: readonly Digest[];
  /** Whoever broke the glass. */
  readonly override: { readonly by: string; readonly at: number; readonly why: string } | null;
};

export type ApprovalVote = {
  readonly voter: string;
  readonly allow: boolean;
  readonly reason: string;
  readonly at: number;
  readonly stage?: number;
  /** Whose right it is, where a delegate has decided. */
  readonly for?: string;
  readonly channel?: Channel;
  readonly presented?: Digest;
  /** When the voter first opened what is shown. */
  readonly viewedAt?: number;
  readonly permits?: readonly Digest[];
  readonly blocks?: readonly string[];
  /** One of many that were decided at once. */
  readonly together?: true;
  /** Of several actions, those that it is about, where it is not all of them. */
  readonly on?: readonly Digest[];
  /** It is allowed when this holds, and not before. */
  readonly when?: string;
};

export type Said = {
  readonly by: string;
  readonly at: number;
  readonly text: string;
  readonly isQuestion: boolean;
};

/** An approval as its gate opens it. */
export function newApproval(gate: GateOpening): Approval {
  return {
    gate,
    state: "open",
    stage: 0,
    due: gate.due ?? null,
    remind: gate.remind ?? [],
    timeouts: 0,
    also: [],
    votes: [],
    editors: gate.terms?.editors ?? [],
    edits: 0,
    claimed: null,
    views: [],
    talk: [],
    permits: null,
    blocks: [],
    consumed: [],
    override: null,
  };
}

/** Whether the file's own words are all there is: no chain of the map. */
export function isPlain({ gate }: Pick<Approval, "gate">): boolean {
  return gate.terms === undefined;
}

/** The chain: the map's, or what the file's words come to. */
export function chainOf({ gate }: Pick<Approval, "gate">): KeptChain {
  if (gate.terms !== undefined) return gate.terms.chain;
  const from = gate.from.length === 0 ? {} : { people: gate.from };
  return { ...PLAIN, stages: [{ from, need: gate.need, due: null, isDistinct: false }] };
}

const PLAIN: KeptChain = {
  name: "",
  digest: "",
  stages: [],
  not: [],
  edit: {},
  remind: [],
  onTimeout: [],
  bulk: null,
  breakGlass: null,
};

const NOBODY: Stage = { from: { people: [] }, need: 1, due: null, isDistinct: false };

/** The stage that is asked now. */
export function stageOf(approval: Approval): Stage {
  return chainOf(approval).stages[approval.stage] ?? NOBODY;
}

/** The next moment at which something is due: a reminder, or the deadline. */
export function nextMoment({ due, remind }: Pick<Approval, "due" | "remind">): number | null {
  const moments = due === null ? remind : [...remind, due];
  return moments.length === 0 ? null : Math.min(...moments);
}

/** All that can be permitted: the one action, or each that is listed. */
export function actionsOf({ gate }: Pick<Approval, "gate">): readonly Digest[] {
  return gate.terms?.actions?.map(({ digest }) => digest) ?? [gate.digest];
}

/** Whether a vote is about an action: one that was changed since is another. */
export function isAbout({ on }: ApprovalVote, action: Digest): boolean {
  return on === undefined || on.includes(action);
}

type When = { readonly at: number; readonly by: string };

/** What is true after an event. Total: what enters the log was checked before. */
// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of event
export function evolveApproval(before: Approval, event: ApprovalEvent, when: When): Approval {
  switch (event.type) {
    case "gate.voted": {
      return { ...before, votes: [...before.votes, voteOf(event, when.at)] };
    }
    case "gate.advanced":
      return {
        ...before,
        stage: event.stage,
        gate: { ...before.gate, from: event.from, need: event.need },
        due: event.due ?? null,
        remind: event.remind ?? [],
        timeouts: 0,
        claimed: null,
      };
    case "gate.claimed":
      return { ...before, claimed: event.person };
    case "gate.released":
      return { ...before, claimed: null };
    case "gate.edited":
      return edited(before, event, when);
    case "gate.asked":
    case "gate.answered": {
      const { at, by } = when;
      const said = { by, at, text: event.text, isQuestion: event.type === "gate.asked" };
      return { ...before, talk: [...before.talk, said] };
    }
    case "gate.viewed":
      return { ...before, views: [...before.views, { by: when.by, at: when.at }] };
    case "gate.reminded":
      return { ...before, remind: before.remind.filter((moment) => moment > when.at) };
    case "gate.escalated":
      return escalated(before, event);
    case "gate.overridden":
      return { ...before, override: { by: event.voter, at: when.at, why: event.reason } };
    case "gate.closed":
      return closed(before, event);
    case "gate.consumed":
    case "gate.voided":
      return spent(before, event);
  }
}

/** What was allowed is begun, or holds no more; of several, one. */
function spent(before: Approval, event: Of<"gate.consumed" | "gate.voided">): Approval {
  if (event.action === undefined) return { ...before, state: "void" };
  const { consumed, voided = [] } = before;
  const after: Approval =
    event.type === "gate.consumed"
      ? { ...before, consumed: [...consumed, event.action] }
      : { ...before, voided: [...voided, event.action] };
  return isOver(after) ? { ...after, state: "consumed" } : after;
}

type Of<T extends ApprovalEvent["type"]> = Extract<ApprovalEvent, { type: T }>;

/** The event holds more than the vote: its place in the log. */
function voteOf(event: Of<"gate.voted">, at: number): ApprovalVote {
  const { voter, allow, reason } = event;
  const {
    stage,
    for: of,
    channel,
    presented,
    viewedAt,
    permits,
    blocks,
    together,
    on,
    when,
  } = event;
  return {
    voter,
    allow,
    reason,
    at,
    ...(stage === undefined ? {} : { stage }),
    ...(of === undefined ? {} : { for: of }),
    ...(channel === undefined ? {} : { channel }),
    ...(presented === undefined ? {} : { presented }),
    ...(viewedAt === undefined ? {} : { viewedAt }),
    ...(permits === undefined ? {} : { permits }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(together === undefined ? {} : { together }),
    ...(on === undefined ? {} : { on }),
    ...(when === undefined ? {} : { when }),
  };
}

function isOver({ permits, consumed, voided = [] }: Approval): boolean {
  return (permits ?? []).every((one) => consumed.includes(one) || voided.includes(one));
}

/** Another action: what was voted for the one before counts no more, and the first stage is asked again. */
function edited(before: Approval, event: Of<"gate.edited">, { by }: When): Approval {
  const { gate, counts, action } = event;
  if (action !== undefined) {
    const { talk, edits } = before;
    return { ...newApproval(gate), votes: votesWithout(before, action), edits: edits + 1, talk };
  }
  return {
    ...newApproval(gate),
    editors: counts ? [...new Set([...before.editors, by])] : before.editors,
    edits: before.edits + 1,
    talk: before.talk,
  };
}

/** One of several was changed: what was voted for the others counts still. */
function votesWithout(before: Approval, action: Digest): readonly ApprovalVote[] {
  const all = actionsOf(before);
  return before.votes.map((vote) => ({
    ...vote,
    on: (vote.on ?? all).filter((one) => one !== action),
  }));
}

function escalated(before: Approval, event: Of<"gate.escalated">): Approval {
  const also = event.deciders;
  return {
    ...before,
    due: event.due ?? null,
    remind: event.remind ?? [],
    timeouts: before.timeouts + 1,
    claimed: null,
    ...(also === undefined ? {} : { also: [...before.also, { stage: before.stage, to: also }] }),
  };
}

function closed(before: Approval, event: Of<"gate.closed">): Approval {
  const state = event.allowed ? "allowed" : event.expired === true ? "expired" : "denied";
  const permits = event.allowed ? (event.permits ?? actionsOf(before)) : null;
  const { blocks = [], conditions } = event;
  const on = conditions === undefined ? {} : { conditions };
  return { ...before, state, due: null, remind: [], permits, blocks, ...on };
}
