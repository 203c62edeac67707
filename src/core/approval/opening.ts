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
  readonly actions?: readonly { readonly digest: Digest; readonly title: string }[];
  /** Of the record that the difference was made from; it is looked at again before it is changed. */
  readonly precondition?: Digest;
  /** What the chain says of many at once holds for it. */
  readonly isLowRisk?: true;
};

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
