import type { Amounts } from "../amounts.ts";
import type { ApprovalTold } from "../approval/index.ts";
import type { Labels, Preview } from "../governance/index.ts";
import type { Digest, RunId, SubjectId } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { Inheritance, Source } from "./control/inheritance.ts";
import type { Amendment, Key, Parent, Path, Stored, Usage } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { UseOutcome } from "./uses/use-event.ts";

/**
 * What is told to a run. `at` is the clock of whoever tells it, in milliseconds since 1970; the
 * core has none. Whatever answers something names its key, never a position.
 */
export type Signal = { readonly at: number; readonly by: string } & Told;

export type Told =
  /** Twice is once. A child started again by the same step attaches the newer key. */
  | {
      readonly type: "start";
      readonly definition: Digest;
      readonly params: JsonObject;
      readonly parent: Parent | null;
      /** Where each param came from, for people: "given", "default", "file". */
      readonly origin?: JsonObject;
      /** What its parent set aside for a sub-run. */
      readonly budget?: Amounts;
      /** Whose each setting is that does not stand in the workflow: "run", "company". */
      readonly settings?: JsonObject;
      /** Where each input came from that was bound for this run. */
      readonly bound?: JsonObject;
      /** The published version of the company's map that holds for it, and its case. */
      readonly map?: Digest;
      readonly case?: string;
      /** What is known of that case now. */
      readonly known?: Stored;
      readonly labels?: Labels;
      /** Whose data it works with: its log is sealed for them. */
      readonly subject?: SubjectId;
      /** It is a fork: it begins with what another run had. */
      readonly from?: Fork;
    }
  /** More is known of its case, or something else: steps that begin from now on read that. The shell's own. */
  | { readonly type: "inform"; readonly known: Stored }
  /** An effect was done, or not. */
  | { readonly type: "answer"; readonly key: Key; readonly outcome: Answer }
  /**
   * The agent of the attempt under this key asks to use a tool. `preview` is how what it would write is
   * now, looked up just before. Asked again, also by a later attempt, it is the same use.
   */
  | {
      readonly type: "use";
      readonly key: Key;
      readonly name: string;
      readonly tool: string;
      readonly args: JsonObject;
      readonly preview: Preview | null;
      /** Why what it would write could not be looked at: it is judged, and not done. */
      readonly fault?: Failure;
    }
  /** The same for several at once: people are asked about them together, and decide on each. */
  | {
      readonly type: "uses";
      readonly key: Key;
      readonly all: readonly {
        readonly name: string;
        readonly tool: string;
        readonly args: JsonObject;
        readonly preview: Preview | null;
        readonly fault?: Failure;
      }[];
    }
  /** The use under this key was performed, or not. */
  | { readonly type: "used"; readonly key: Key; readonly outcome: UseOutcome }
  /** What the use under this key wrote was looked at again. */
  | {
      readonly type: "verified";
      readonly key: Key;
      readonly ok: boolean;
      readonly found?: Stored;
      readonly why?: string;
    }
  /** "I am about to perform the `ask` under this key." It is performed only after `attempt.begun`. */
  | { readonly type: "begin"; readonly key: Key }
  /** This key was in flight when the process started: it may have been begun. */
  | { readonly type: "lost"; readonly key: Key }
  /** The attempt under this key has used up its time; the performer was told to stop it. */
  | { readonly type: "expired"; readonly key: Key }
  /** The timer under this key is due. */
  | { readonly type: "fired"; readonly key: Key }
  /**
   * The event that a `wait` listens for. `position` is its place among all that was published; absent
   * where it was told to this run alone. One that does not fit is refused, and the next is told.
   */
  | {
      readonly type: "arrived";
      readonly key: Key;
      readonly payload: JsonObject;
      readonly source: string;
      readonly position?: number;
    }
  /** A person decides at a gate, takes it, asks, edits: `digest` is of what is decided on, `presented` of what was shown. */
  | GateTold
  /** A person takes an open task (`claim`), gives it back (`release`), or says that they cannot do it. `give` answers it. */
  | { readonly type: "decline"; readonly key: Key; readonly why: string }
  /** `above`: the run that it is a part of was paused. */
  | { readonly type: "pause"; readonly why: string; readonly above?: true }
  /** Goes on with a paused run. */
  | { readonly type: "resume"; readonly why?: string }
  /** With `rollback` also of a run that has ended: what was done is undone, newest first. */
  | { readonly type: "cancel"; readonly why: string; readonly rollback: boolean }
  /** The run above is rolled back, and this one with it; its end is told to `parent`. The shell's own. */
  | { readonly type: "undo"; readonly parent: Parent; readonly why: string }
  /** It is tried again: what failed or is in doubt, and at once what would be tried again later. */
  | ({ readonly type: "retry"; readonly why?: string } & Meant)
  /** The run goes on without it. */
  | ({ readonly type: "skip"; readonly why: string } & Meant)
  /** A person gives the outputs, in the place of the agent. */
  | ({ readonly type: "give"; readonly output: Stored; readonly why: string } & Meant)
  /** A person takes a step from its agent; it waits for them, until they give its outputs or hand it back. */
  | { readonly type: "take"; readonly path: Path; readonly why: string }
  | { readonly type: "handback"; readonly path: Path; readonly why: string }
  /** Other params, for steps that have not begun, and other limits of this run. */
  | ({ readonly type: "amend"; readonly why: string } & Amendment)
  /** A paused run goes on by another version of its workflow. */
  | { readonly type: "move"; readonly definition: Digest; readonly why: string }
  /** The budget is not raised: a step that asked for more fails. */
  | ({ readonly type: "deny"; readonly why: string } & Meant)
  /** More than the run may use so far, or one step of it. What waited for it goes on. */
  | {
      readonly type: "raise";
      readonly amounts: Amounts;
      readonly step?: Path;
      readonly why: string;
    }
  /** There is more to decide; the shell's own. */
  | { readonly type: "proceed" };

/** What people say at the gate under this key. */
export type GateTold = {
  readonly [T in ApprovalTold["type"]]: Extract<ApprovalTold, { readonly type: T }> & {
    readonly key: Key;
  };
}[ApprovalTold["type"]];

/** A step: by the key of its open exception, or by its path. */
export type Meant = { readonly key: Key } | { readonly path: Path };

export type Fork = {
  readonly source: Source;
  readonly inheritance: Inheritance;
  readonly changed?: readonly string[];
  /** Contents that it names and that may not be in this store, by digest. */
  readonly contents?: readonly (readonly [Digest, string])[];
  /** It is to wait for a person from its beginning; why. */
  readonly paused?: string;
};

export type Answer =
  | {
      readonly kind: "ok";
      readonly output: Stored;
      readonly usage?: Usage;
      /** It was not done: this run gave it before. */
      readonly cached?: { readonly run: RunId; readonly path: Path };
      readonly warnings?: readonly string[];
      /** What a sub-run rests on. */
      readonly labels?: Labels;
    }
  /** `certain`: the agent itself says that nothing was done under this call. Absent: the table of kinds says it. */
  | {
      readonly kind: "failed";
      readonly error: Failure;
      readonly certain?: boolean;
      readonly usage?: Usage;
      readonly labels?: Labels;
    }
  /** Not even tried: a limit, a breaker, an agent that is not there. Nothing was done. */
  | { readonly kind: "refused"; readonly error: Failure }
  /** Nobody knows whether it was done. */
  | { readonly kind: "unknown"; readonly error: Failure };
