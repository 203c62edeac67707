import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import type { ApprovalTold } from "./hear.ts";

/**
 * What a link in a mail is good for. Mail is read by machines before people read it: so a link only ever
 * opens a page, and deciding takes a request that the person makes there, signed in as the one it is for.
 * Whether that person may decide is asked of the approval, like through every other door.
 */
export type Link = {
  /** SHA-256 of the token; the token itself is kept nowhere. */
  readonly hash: Digest;
  readonly run: string;
  readonly key: number;
  /** Of the action that it is for: an edited one needs another link. */
  readonly digest: Digest;
  readonly voter: string;
  readonly allows: readonly ("approve" | "reject")[];
  /** Not behind the deadline. */
  readonly until: number;
  readonly usedAt: number | null;
};

export type LinkUse = {
  readonly method: string;
  readonly hash: Digest;
  /** Who is signed in; null: nobody. */
  readonly by: string | null;
  readonly at: number;
  /** Of what the gate asks now, and of what its page shows; null: it is not open any more. */
  readonly now: { readonly digest: Digest; readonly presented: Digest } | null;
  readonly decision: "approve" | "reject";
  readonly reason: string;
};

export type Linked =
  /** The page is shown; nothing has changed. */
  | { readonly kind: "page" }
  | {
      readonly kind: "vote";
      /** As it is from now on: used up. */
      readonly link: Link;
      readonly told: Extract<ApprovalTold, { type: "vote" }>;
    };

/** What follows when somebody comes by a link. */
export function useLink(link: Link | null, use: LinkUse): Linked | Problem {
  if (use.method === "GET" || use.method === "HEAD") return { kind: "page" };
  const against = whyNot(link, use);
  if (against !== null) return against;
  const { now, at, decision, reason } = use;
  if (link === null || now === null) return GONE;
  const { digest, presented } = now;
  return {
    kind: "vote",
    link: { ...link, usedAt: at },
    told: {
      type: "vote",
      digest,
      presented,
      allow: decision === "approve",
      reason,
      channel: "email",
    },
  };
}

const GONE: Problem = {
  code: "gone",
  message: "This link is for nothing any more.",
  mend: "Look at what waits for you: muster inbox list",
};

function whyNot(link: Link | null, use: LinkUse): Problem | null {
  if (use.method !== "POST")
    return { code: "bad-input", message: `A link takes no ${use.method}.`, mend: "Open its page." };
  if (link === null || link.hash !== use.hash || link.usedAt !== null || link.until <= use.at)
    return GONE;
  if (use.now === null || use.now.digest !== link.digest) return GONE;
  if (use.by === null)
    return {
      code: "not-allowed",
      message: "Nobody is signed in.",
      mend: "Sign in, and decide on the page.",
    };
  if (use.by !== link.voter)
    return {
      code: "not-allowed",
      message: `This link is for ${link.voter}, and not for ${use.by}.`,
      mend: "Use your own; or look at what waits for you: muster inbox list",
    };
  return link.allows.includes(use.decision)
    ? null
    : { code: "not-allowed", message: `This link does not ${use.decision}.` };
}
