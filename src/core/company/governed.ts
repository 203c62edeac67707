import type { Delegation } from "../approval/index.ts";
import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import type { CompanyState } from "./company.ts";

/** Who is stopped, who decides in whose place, and what is to be looked at after a glass was broken. */
export type GovernedBody =
  /** Nothing that was allowed is begun: of all, of one agent, of one tool. */
  | ({ readonly type: "kill.on"; readonly why: string } & Stopped)
  | ({ readonly type: "kill.off"; readonly why: string } & Stopped)
  | ({ readonly type: "delegation.given"; readonly why: string } & Delegation)
  /** `key`: the number of the event that gave it. */
  | { readonly type: "delegation.ended"; readonly key: number; readonly why: string }
  | {
      readonly type: "review.opened";
      readonly run: string;
      readonly key: number;
      readonly why: string;
      /** A person, a team or a role. */
      readonly for: string;
    }
  | {
      readonly type: "review.closed";
      readonly run: string;
      readonly key: number;
      readonly why: string;
    };

export type Stopped = { readonly of: "all" | "agent" | "tool"; readonly name: string };

export type Kill = Stopped & { readonly by: string; readonly why: string; readonly at: number };
export type Given = Delegation & { readonly key: number; readonly why: string };
export type Review = {
  readonly run: string;
  readonly key: number;
  /** Who decided alone, and why. */
  readonly by: string;
  readonly why: string;
  readonly for: string;
  readonly at: number;
  readonly closed: { readonly by: string; readonly why: string; readonly at: number } | null;
};

/** What stands in force. */
export type Governed = {
  readonly kills: readonly Kill[];
  /** Also those whose time is over, until somebody gives more than there may be. */
  readonly delegations: readonly Given[];
  /** Newest last; those that are closed too, up to so many. */
  readonly reviews: readonly Review[];
};

export const NOTHING_GOVERNED: Governed = { kills: [], delegations: [], reviews: [] };

/** Delegations that are kept, and reviews; a delegation holds at most so long. */
export const DELEGATIONS_MOST = 1_000;
export const DELEGATION_MS_MOST: number = 92 * 86_400_000;
export const REVIEWS_KEPT_MOST = 1_000;

/** What people tell the company about approvals. */
export type Governing =
  | ({ readonly type: "stop"; readonly why: string } & Stopped)
  | ({ readonly type: "unstop"; readonly why: string } & Stopped)
  | ({ readonly type: "delegate"; readonly why: string } & Delegation)
  | { readonly type: "undelegate"; readonly key: number; readonly why: string }
  | { readonly type: "reviewed"; readonly run: string; readonly key: number; readonly why: string };

/** What follows; null where it is so already. */
export function govern(
  state: Pick<CompanyState, keyof Governed>,
  told: Governing,
  { at, by }: { readonly at: number; readonly by: string },
): GovernedBody | Problem | null {
  switch (told.type) {
    case "stop":
    case "unstop": {
      const { of, name, why } = told;
      const isStopped = state.kills.some((one) => one.of === of && one.name === name);
      if (told.type === "stop") return isStopped ? null : { type: "kill.on", of, name, why };
      return isStopped ? { type: "kill.off", of, name, why } : null;
    }
    case "delegate":
      return delegated(state, told, { at, by });
    case "undelegate":
      return undelegated(state, told, by);
    case "reviewed":
      return reviewed(state, told, by);
    default:
      return unreachable(told);
  }
}

function delegated(
  { delegations }: Pick<Governed, "delegations">,
  told: Extract<Governing, { type: "delegate" }>,
  { at, by }: { readonly at: number; readonly by: string },
): GovernedBody | Problem | null {
  const { from, to, since, until, chains, why } = told;
  const no = (message: string, mend: string): Problem => ({ code: "bad-input", message, mend });
  if (from !== by)
    return {
      code: "not-allowed",
      message: `${by} cannot let anybody decide in the place of ${from}; ${from} can.`,
      mend: `Ask ${from}, or let the map name another.`,
    };
  const isSame = (one: Delegation): boolean =>
    one.from === from &&
    one.to === to &&
    one.since === since &&
    one.until === until &&
    JSON.stringify(one.chains) === JSON.stringify(chains);
  if (delegations.some(isSame)) return null;
  if (to === from) return no(`${from} decides as ${from} already.`, "Name another person.");
  if (until <= at || until <= since) return no("That time is over.", "Name a time to come.");
  if (until - Math.max(since, at) > DELEGATION_MS_MOST)
    return no("Nobody decides in another's place for more than 92 days.", "Name an earlier end.");
  if (delegations.filter((one) => one.until > at).length >= DELEGATIONS_MOST)
    return {
      code: "limit",
      message: `${DELEGATIONS_MOST} delegations are in force; that is the most.`,
      mend: "End some: muster inbox delegate end",
    };
  return { type: "delegation.given", from, to, since, until, chains, why };
}

function undelegated(
  { delegations }: Pick<Governed, "delegations">,
  { key, why }: Extract<Governing, { type: "undelegate" }>,
  by: string,
): GovernedBody | Problem {
  const known = delegations.find((one) => one.key === key);
  if (known === undefined)
    return {
      code: "not-found",
      message: `There is no delegation ${key}.`,
      mend: "See: muster inbox delegate list",
    };
  if (by !== known.from && by !== known.to)
    return {
      code: "not-allowed",
      message: `${by} may not end this; ${known.from} or ${known.to} may.`,
    };
  return { type: "delegation.ended", key, why };
}

/** Whoever broke the glass does not look at it themselves. */
function reviewed(
  { reviews }: Pick<Governed, "reviews">,
  { run, key, why }: Extract<Governing, { type: "reviewed" }>,
  by: string,
): GovernedBody | Problem {
  const known = reviews.find((one) => one.run === run && one.key === key && one.closed === null);
  if (known === undefined)
    return {
      code: "not-found",
      message: `Nothing is to be looked at of ${run}.${key}.`,
      mend: "See: muster inbox list",
    };
  if (by === known.by)
    return {
      code: "not-allowed",
      message: `${by} decided this alone, and does not look at it afterwards; ${known.for} does.`,
    };
  return { type: "review.closed", run, key, why };
}

type When = { readonly seq: number; readonly at: number; readonly by: string };

/** Fold. */
export function evolveGoverned(state: Governed, event: GovernedBody & When): Governed {
  const { at, by } = event;
  switch (event.type) {
    case "kill.on": {
      const { of, name, why } = event;
      return { ...state, kills: [...state.kills, { of, name, by, why, at }] };
    }
    case "kill.off": {
      const { of, name } = event;
      const kills = state.kills.filter((one) => one.of !== of || one.name !== name);
      return { ...state, kills };
    }
    case "delegation.given": {
      const { seq: key, from, to, since, until, chains, why } = event;
      const kept = state.delegations.filter((one) => one.until > at);
      return {
        ...state,
        delegations: [...kept, { key, from, to, since, until, chains, why }],
      };
    }
    case "delegation.ended":
      return { ...state, delegations: state.delegations.filter(({ key }) => key !== event.key) };
    case "review.opened": {
      const { run, key, why, for: of } = event;
      const opened = { run, key, by, why, for: of, at, closed: null };
      return { ...state, reviews: [...state.reviews, opened].slice(-REVIEWS_KEPT_MOST) };
    }
    case "review.closed":
      return {
        ...state,
        reviews: state.reviews.map((one) =>
          one.run === event.run && one.key === event.key && one.closed === null
            ? { ...one, closed: { by, why: event.why, at } }
            : one,
        ),
      };
  }
}

/** Why nothing that was allowed is begun of this agent or this tool; null: nobody has stopped it. */
export function stoppedBy(
  { kills }: Pick<Governed, "kills">,
  { agent, tool }: { readonly agent: string; readonly tool: string | null },
): string | null {
  const found = kills.find(
    ({ of, name }) =>
      of === "all" || (of === "agent" && name === agent) || (of === "tool" && name === tool),
  );
  if (found === undefined) return null;
  return `${found.by} stopped ${found.of === "all" ? "all" : `${found.of} "${found.name}"`}: ${found.why}`;
}
