import { canonical } from "../audit/index.ts";
import type { Digest } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { KeptChain } from "./chain.ts";
import type { Evidence } from "./evidence.ts";

/** A gate as it is opened: what is asked, of whom. It stands in the event, so that the fold needs nothing else. */
export type GateOpening = {
  /** Of the exact action or question; a vote for another digest does not count. */
  readonly digest: Digest;
  readonly ask: string;
  readonly show?: JsonObject;
  /** The name of the chain; "" where the file names people itself. */
  readonly chain: string;
  /** Who may decide first, as it was when it was opened; empty is: anyone who may act on the run. */
  readonly from: readonly string[];
  readonly need: number;
  readonly due?: number;
  /** Moments at which who has not decided is reminded. */
  readonly remind?: readonly number[];
  /** What a chain of the map says, whole; absent: the file's own words are all there is. */
  readonly terms?: Terms;
  /** For the use of a tool: the key of `tool.judged`. */
  readonly use?: number;
  readonly evidence?: Evidence;
};

/** Everything that an approval is bound to. */
export type Terms = {
  readonly chain: KeptChain;
  readonly parties: Parties;
  /** Of all that is shown; a vote says that it has seen this. */
  readonly presented: Digest;
  /** Rules that ask for it; another version of one makes it void. */
  readonly rules: readonly RuleRef[];
  /** The tool, or the step: what is done. */
  readonly what: string;
  /** What deciders may change, where the chain lets them. */
  readonly args: JsonObject;
  /** Where several things are asked at once, each can be permitted or not. Absent: it is one action. */
  readonly actions?: readonly ActionAsked[];
  /** Of the record that the difference was made from; it is looked at again before it is changed. */
  readonly precondition?: Digest;
  /** Who had changed it before it was asked anew, in a way that makes them one of those who ask. */
  readonly editors?: readonly string[];
  /** What the chain says of many at once holds for it. */
  readonly isLowRisk?: true;
};

/** One of several actions. What it says of itself holds instead of what the terms say of the one. */
export type ActionAsked = {
  readonly digest: Digest;
  readonly title: string;
  /** For the use of a tool: the key of `tool.judged`. */
  readonly use?: number;
  readonly what?: string;
  readonly args?: JsonObject;
  readonly rules?: readonly RuleRef[];
  readonly precondition?: Digest;
  readonly evidence?: Evidence;
  /** Who changed it in a way that makes them one of those who ask for it. */
  readonly editors?: readonly string[];
};

/** At most so many are asked at one gate. */
export const ACTIONS_MOST = 25;

/** The uses of tools that a gate is about, by their keys. */
export function usesOf({ use, terms }: Pick<GateOpening, "use" | "terms">): readonly number[] {
  return use === undefined ? (terms?.actions ?? []).flatMap((one) => one.use ?? []) : [use];
}

export type Parties = {
  /** Those on whose behalf it is asked: who made the request, and who started the run. */
  readonly requesters: readonly string[];
  /** Who answers for the agent. */
  readonly owners: readonly string[];
  readonly agent: string;
};

export type RuleRef = { readonly rule: string; readonly version: string };

/** Of what the deciders are shown. */
export function presentedDigest(
  shown: Pick<GateOpening, "digest" | "ask" | "show" | "evidence">,
  digest: (text: string) => Digest,
): Digest {
  const { ask, show = {}, evidence = null } = shown;
  return digest(canonical([shown.digest, ask, show, evidence as unknown as Json]));
}
