import type { Span } from "../calendar/index.ts";
import type { Condition } from "../rules/index.ts";

/** Who decides on an action, in which order, and what follows when nobody does. Never "allowed". */
export type Chain = {
  readonly name: string;
  /** Of its text: a change makes another version. */
  readonly digest: string;
  /** One after another; most chains have one. */
  readonly stages: readonly Stage[];
  /** Whom nobody may be who decides. */
  readonly not: readonly Excluded[];
  /** What deciders may change before they allow it: a path of the arguments, and how. */
  readonly edit: Readonly<Record<string, "any" | "decrease" | "increase">>;
  /** Shares of the time to the deadline at which those who have not decided are reminded: 0.5. */
  readonly remind: readonly number[];
  /** In this order, each after its own time; after the last it is rejected. */
  readonly onTimeout: readonly TimeoutStep[];
  /** Many at once: at most so many, where this holds; null: one by one. */
  readonly bulk: { readonly most: number; readonly onlyIf: Condition } | null;
  /** Decides at once in an emergency, with a reason, and is looked at afterwards; null: nobody. */
  readonly breakGlass: { readonly role: string; readonly review: string } | null;
};

/** A chain as it stands in the log: without what only the map of the day can work out. */
export type KeptChain = Omit<Chain, "bulk"> & { readonly bulk: { readonly most: number } | null };

export function keptChain({ bulk, ...chain }: Chain): KeptChain {
  return { ...chain, bulk: bulk === null ? null : { most: bulk.most } };
}

export type Excluded = "requester" | "editor" | "owner";

export type Stage = {
  readonly from: Deciders;
  /** Distinct people, never roles. */
  readonly need: number;
  readonly due: Span | null;
  /** Nobody who decided in an earlier stage. */
  readonly isDistinct: boolean;
};

/** All that are named hold together: a role in a team. */
export type Deciders = {
  readonly role?: string;
  readonly team?: string;
  /** Names of people, teams or roles. */
  readonly people?: readonly string[];
  /** The one above: of the requester, or of the agent's owner. */
  readonly managerOf?: "requester" | "owner";
};

export type TimeoutStep =
  | { readonly kind: "escalate"; readonly to: Deciders; readonly after: Span | null }
  | { readonly kind: "reject" };

/** A person lets another decide, for a time, for some chains or all. It goes no further. */
export type Delegation = {
  readonly from: string;
  readonly to: string;
  readonly since: number;
  readonly until: number;
  /** null: all. */
  readonly chains: readonly string[] | null;
};
