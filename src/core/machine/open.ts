import type { Approval, ApprovalVote, GateOpening } from "../approval/index.ts";
import type { Digest, RunId } from "../id.ts";
import type { Held } from "./budget/ledger.ts";
import type { EffectClass, ExceptionWhy, Key, Parent, Path } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { OpenUse } from "./uses/uses.ts";

/** What a run waits for, by the key of the event that opened it. */
export type Open =
  | {
      readonly type: "attempt";
      readonly path: Path;
      readonly call: Key;
      readonly attempt: number;
      readonly agent: string;
      readonly effects: EffectClass;
      readonly begun: boolean;
      readonly stopping: boolean;
      readonly repeats: number;
      readonly child: RunId | null;
      readonly definition: Digest | null;
      readonly held?: Held;
    }
  | {
      readonly type: "timer";
      readonly path: Path;
      readonly due: number;
      readonly why: "backoff" | "wait" | "total" | "block" | "stalled";
    }
  | {
      readonly type: "listen";
      readonly path: Path;
      readonly event: string;
      readonly match: string;
      /** What was published up to there is not for it: 0, or what a wait before it took, or it refused. */
      readonly after: number;
      readonly due: number | null;
    }
  | OpenGate
  | OpenTask
  | OpenUse
  | {
      readonly type: "exception";
      readonly path: Path;
      readonly why: ExceptionWhy;
      readonly error: Failure;
      readonly owner: string;
      readonly look: string;
      readonly at: number;
      readonly recipients?: readonly string[];
      /** It was allowed on a condition, which is looked at again then; absent: a person goes on with it. */
      readonly due?: number;
      /** The use of a tool that was allowed so; absent: the step itself was. */
      readonly use?: Key;
    }
  /** It is looked at again at `due`, where nobody tells that money came back. */
  | {
      readonly type: "budget";
      readonly path: Path;
      readonly unit: string;
      readonly needed: number;
      readonly left: number;
      readonly of: string;
      readonly since: number;
      readonly due: number | null;
    }
  | {
      readonly type: "hold";
      readonly path: Path;
      readonly by: string;
      readonly why: string;
      readonly at: number;
    }
  | { readonly type: "report"; readonly to: Parent };

export type OpenGate = {
  readonly type: "gate";
  readonly path: Path;
  readonly gate: GateOpening;
  /** The next moment of it: a reminder, or the deadline. */
  readonly due: number | null;
  readonly votes: readonly ApprovalVote[];
  /** All else of the approval; absent while only votes were given at it. */
  readonly rest?: Omit<Approval, "gate" | "votes">;
};

/** An attempt that a person makes: it is in no process's hands and holds no place. */
export type OpenTask = {
  readonly type: "task";
  readonly path: Path;
  readonly attempt: number;
  readonly agent: string;
  readonly to: readonly string[];
  readonly due: number | null;
  readonly dueMs: number | null;
  readonly next: readonly (readonly string[])[];
  readonly claimed: { readonly by: string; readonly at: number } | null;
};

export type Doubt = { readonly path: Path; readonly call: Key; readonly held?: Held };
