import type { Digest } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Level, WorkMap } from "../map/index.ts";
import type { RequestSource } from "../request-source.ts";
import type { RuleOutcome, Then } from "../rules/index.ts";

/** What an agent asks of a tool. */
export type ToolCall = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly agent: string;
  /** On whose behalf: who made the request, or started the run. */
  readonly requester: string;
  readonly run: string;
  readonly step: string;
  /** The idempotency key to the outside. */
  readonly key: string;
  /** How what it writes is now; null where the tool has no preview. */
  readonly preview: Preview | null;
};

/** What a tool's preview found, and what it will write, before anything is written. */
export type Preview = {
  readonly entity: string;
  readonly id: string;
  readonly before: Json;
  readonly after: Json;
  /** Of `before`: the precondition that is checked again. */
  readonly digest: Digest;
};

/** What only the outside knows of a call. Frozen; it stands in the event as far as it was used. */
export type JudgeFacts = {
  readonly map: WorkMap;
  readonly mapDigest: Digest;
  /** null: the run has no case; then nothing in a case's scope can be reached. */
  readonly case: CaseFacts | null;
  /** What the run has read so far, and what came with the handover. */
  readonly labels: Labels;
  /** Somebody stopped all, this agent or this tool: why. */
  readonly stopped: string | null;
  /** Digests of the definitions of tools that are in force, by name; one that is not there is not pinned. */
  readonly pinned: Readonly<Record<string, string>>;
  /** Calls of this tool in this case so far. */
  readonly callsInCase: number;
  readonly now: number;
  /** SHA-256 of a text, as `sha256:…`. */
  readonly digest: (text: string) => Digest;
};

export type CaseFacts = {
  readonly id: string;
  /** The type of the request that is being worked on; null: not told yet. */
  readonly request: string | null;
  /** What came beside its text: a form's fields; absent: nothing. */
  readonly about?: JsonObject;
  /** What the case is about: `{ order_id: "7" }`. */
  readonly bindings: JsonObject;
  readonly facts: JsonObject;
  /** The trusted words: what the requester wrote, what staff wrote, forms they filled. */
  readonly trusted: readonly Json[];
  readonly labels: Labels;
  readonly requester: string;
  /** Where the request came from; absent: nobody who is believed has said. */
  readonly source?: RequestSource;
};

/** Where data came from that something rests on. They only grow. */
export type Labels = {
  /** Places that anybody may have written to: "mail 4", "crm.tickets". */
  readonly untrusted: readonly string[];
  /** Subjects whose personal data is in it. */
  readonly personal: readonly string[];
};

export const NO_LABELS: Labels = { untrusted: [], personal: [] };

export type Verdict = "allow" | "limit" | "ask" | "deny";

/** The checks by name, in the order in which they are made. */
export const CHECKS = [
  "stopped",
  "identity",
  "tool",
  "arguments",
  "scope",
  "level",
  "labels",
  "rules",
  "taint",
  "approval",
  "key",
  "credentials",
  "limits",
  "verify",
  "output",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** `later`: it is made when the call is performed, and stands in what is recorded then. */
export type Check = {
  readonly check: CheckName;
  readonly verdict: "pass" | "limit" | "ask" | "deny" | "later";
  /** In full, for the log; never told to an agent. */
  readonly why?: string;
};

export type Judgement = {
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  /** As they will be used: normalised, held within limits, with the case's filters forced in. */
  readonly args: JsonObject;
  /** Of the exact action; an approval is for this and nothing else. */
  readonly action: Digest;
  readonly map: Digest;
  readonly level: Level;
  /** Rules that were asked, with what they said. */
  readonly rules: readonly RuleSaid[];
  /** Who is asked, by chain; empty unless the verdict is "ask". */
  readonly chains: readonly string[];
  /** What is told to the agent: short, and nothing of the policy. */
  readonly say: string;
  /** The whole sentence, for the log and for people. */
  readonly why: string;
  /** Of what the call will give. */
  readonly labels: Labels;
  /** Fields left out of what is given. */
  readonly redact: readonly string[];
  /** What the call does, as the map has its tool say it; absent: nobody has written it, or not all of it is known. */
  readonly says?: string;
};

export type RuleSaid = {
  readonly rule: string;
  readonly version: string;
  readonly follows: Then["kind"];
  readonly isShadow: boolean;
  readonly because: string;
} & RuleOutcome;
