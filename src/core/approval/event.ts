import type { Digest } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { Deciders } from "./chain.ts";
import type { GateOpening } from "./opening.ts";

/** Through which door a decision came. A program's token (`api`) is nobody, and decides nothing. */
export const CHANNELS = ["terminal", "web", "slack", "email", "api"] as const;
export type Channel = (typeof CHANNELS)[number];

/** What happens to one approval; the machine puts the gate's key beside it. */
export type ApprovalEvent =
  | {
      readonly type: "gate.voted";
      readonly digest: Digest;
      readonly voter: string;
      readonly allow: boolean;
      readonly reason: string;
      /** Which stage; absent is the first. */
      readonly stage?: number;
      readonly for?: string;
      readonly channel?: Channel;
      readonly presented?: Digest;
      readonly viewedAt?: number;
      readonly permits?: readonly Digest[];
      readonly blocks?: readonly string[];
      /** Allowed when this holds, and not before. */
      readonly when?: string;
      readonly together?: true;
      /** Of several actions, those that it decides on, where it is not all of them. */
      readonly on?: readonly Digest[];
    }
  /** A stage has decided: the next is asked. */
  | {
      readonly type: "gate.advanced";
      readonly stage: number;
      readonly from: readonly string[];
      readonly need: number;
      readonly due?: number;
      readonly remind?: readonly number[];
    }
  | { readonly type: "gate.claimed"; readonly person: string }
  | { readonly type: "gate.released"; readonly why: string }
  /** It is another action from now on: `gate` is what is asked now. */
  | {
      readonly type: "gate.edited";
      readonly changes: JsonObject;
      readonly reason: string;
      /** Whoever edited it counts as one who asks for it. */
      readonly counts: boolean;
      readonly gate: GateOpening;
      /** Of several actions, the one that was changed, as it was. The others stay as they were decided. */
      readonly action?: Digest;
    }
  | { readonly type: "gate.asked"; readonly text: string }
  | { readonly type: "gate.answered"; readonly text: string }
  /** Somebody has opened what is shown. */
  | { readonly type: "gate.viewed"; readonly presented: Digest }
  | { readonly type: "gate.reminded"; readonly to: readonly string[] }
  /** The deadline has passed: others are asked besides. Without `due` it has none from now on. */
  | {
      readonly type: "gate.escalated";
      readonly to: string;
      readonly deciders?: Deciders;
      readonly from?: readonly string[];
      readonly due?: number;
      readonly remind?: readonly number[];
    }
  /** The glass was broken: somebody decided alone, in an emergency. It is looked at afterwards by `review`. */
  | {
      readonly type: "gate.overridden";
      readonly digest: Digest;
      readonly voter: string;
      readonly reason: string;
      readonly review: string;
    }
  | {
      readonly type: "gate.closed";
      readonly allowed: boolean;
      readonly why: string;
      /** Nobody decided in time. */
      readonly expired?: true;
      /** Of several actions, those that are permitted. */
      readonly permits?: readonly Digest[];
      readonly blocks?: readonly string[];
      /** What must hold when it is begun. */
      readonly conditions?: readonly string[];
    }
  /** What was allowed is begun, once. */
  | { readonly type: "gate.consumed"; readonly action: Digest }
  /** What was allowed holds no more. */
  | {
      readonly type: "gate.voided";
      readonly how: Voided;
      readonly why: string;
      /** Of several actions, the one that holds no more. */
      readonly action?: Digest;
    };

/**
 * Why it holds no more: another action, another rule or chain, a voter who may decide no longer, a record
 * that has changed since it was shown, or it is forbidden by now.
 */
export type Voided = "action" | "rule" | "chain" | "voter" | "stale" | "denied";
