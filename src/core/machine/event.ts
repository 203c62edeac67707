import type { Amounts } from "../amounts.ts";
import type { ApprovalEvent, GateOpening } from "../approval/index.ts";
import type { OnExceeded, Rule } from "../definition/index.ts";
import type { Labels } from "../governance/index.ts";
import type { Digest, RunId, SubjectId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Amendment } from "./control/amendment.ts";
import type { ForkedBody } from "./control/inheritance.ts";
import type { Failure } from "./failure.ts";
import type { UseBody } from "./uses/use-event.ts";

export type { AmendedLimits, Amendment } from "./control/amendment.ts";

/** The number of the event that opened an effect, in its run. Never used again. */
export type Key = number;
export type Seq = number;
/** Which piece of the run: "account-setup/welcome[3]". Items `[i]`, rounds `{n}`, undo `!undo/n`. For people and outputs. */
export type Path = string;

/**
 * A value, or the name of it where it is large: the store keeps contents by digest. An inline value
 * is at most `INLINE_BYTES_MOST` of JSON.
 */
export type Stored = { readonly value: Json } | { readonly digest: Digest; readonly bytes: number };

export type Usage = {
  readonly tokens?: number;
  /** Millionths of `currency`, an integer. */
  readonly costMicros?: number;
  readonly currency?: string;
  readonly calls?: number;
};

/** `pure` reads, `idempotent` may be repeated under one call key, `ask` may not: after doubt a person looks. */
export type EffectClass = "pure" | "idempotent" | "ask";

/**
 * What happened. `end` marks the last event of a decision, `settled` that nothing is left to decide.
 * Never changed once written; JSON through and through.
 */
export type Event = {
  readonly seq: Seq;
  readonly at: number;
  readonly by: string;
  readonly end?: true;
  readonly settled?: true;
} & Body;

export type EventType = Body["type"];

/** The event, from outside, that brings a run what was written in its case; its key is the case's id. */
export const CASE_MESSAGE = "case.message";

/**
 * The run, and the attempt in it, that a sub-run belongs to. `depth`: how many runs are above it; absent
 * is 1. `undo`: that attempt undoes it, and being rolled back is its success.
 */
export type Parent = {
  readonly run: RunId;
  readonly key: Key;
  readonly depth?: number;
  readonly undo?: true;
};

/** The fields that open an attempt: in `step.started` for the first, in `attempt.started` for later ones. */
export type Opening = {
  /** The call key is the sequence number of the event that opened the call's first attempt; absent on that event itself. */
  readonly call?: Key;
  readonly agent: string;
  /** Of the agent's definition and module, as they were when it was chosen. */
  readonly agentDigest?: Digest;
  readonly effects: EffectClass;
  /** Why this agent. Absent: it is the one that was named. */
  readonly chosen?: string;
  /** For a sub-run: its run, the same for all attempts of the call, and the definition it is pinned to. */
  readonly child?: RunId;
  readonly definition?: Digest;
  /** For a person's task: no process performs it. */
  readonly task?: TaskOpening;
} & Reserving;

/** M11: what is set aside for an attempt until it is answered, however late. Absent: nothing limits it. */
export type Reserving = {
  readonly reserve?: Amounts;
  /** It may use what is kept back for error handling. */
  readonly spare?: true;
  /** The company's accounts that hold it too. */
  readonly claims?: readonly string[];
  /** What the step's budget of time has left for it, in milliseconds. */
  readonly withinMs?: number;
};

/** Whom a person's task is for, and what follows when nobody has done it in time. */
export type TaskOpening = {
  /** Who may do it; empty is: anyone who may act on the run. */
  readonly to: readonly string[];
  readonly due?: number;
  /** How long each of those who are asked next has. */
  readonly dueMs?: number;
  /** Who is asked when the time has passed, one after another; then the attempt fails with `timeout`. */
  readonly next?: readonly (readonly string[])[];
};

export type Body =
  | {
      readonly type: "run.accepted";
      readonly run: RunId;
      readonly definition: Digest;
      readonly workflow: string;
      readonly version: string;
      readonly params: JsonObject;
      readonly origin?: JsonObject;
      /** Whose each setting is that does not stand in the workflow, and where bound inputs came from. */
      readonly settings?: JsonObject;
      readonly bound?: JsonObject;
      readonly parent: Parent | null;
      /** Whose data it works with: the store seals what it holds of them. */
      readonly subject?: SubjectId;
      /** What its parent set aside for it: more it may not use. */
      readonly budget?: Amounts;
      /** The version of the company's map that it is pinned to, and the case that it works on. */
      readonly map?: Digest;
      readonly case?: string;
      /** What was known of the case when it began. */
      readonly known?: Stored;
      /** What came with the handover. */
      readonly labels?: Labels;
      /** The version of the machine that accepted it. */
      readonly machine: number;
    }
  | ForkedBody
  | UseBody
  | { readonly type: "run.attached"; readonly parent: Parent }
  /** What is known of its case from now on; live steps keep what they began with. */
  | { readonly type: "run.informed"; readonly known: Stored }
  /** `above`: the run that it is a part of was paused, and goes on for both. */
  | {
      readonly type: "run.paused";
      readonly why: string;
      readonly exception?: Key;
      readonly above?: true;
    }
  | { readonly type: "run.resumed"; readonly why?: string }
  /** From now on steps begin with these params; live ones keep those they began with. */
  | ({ readonly type: "run.amended"; readonly why: string } & Amendment)
  /** Pinned to another definition. `params`: all of them, where the other one names or checks them otherwise. */
  | {
      readonly type: "run.moved";
      readonly definition: Digest;
      readonly version: string;
      readonly params?: JsonObject;
      readonly why: string;
    }
  /** Nothing new begins; what is in flight is stopped or awaited. `outcome` is how the run is to end. */
  | {
      readonly type: "run.stopping";
      readonly outcome: "cancelled" | "failed";
      /** Writers in flight are told to stop; else they are awaited: they may have done their work. */
      readonly abort: boolean;
      readonly rollback: boolean;
      readonly why: string;
      readonly error?: Failure;
    }
  /** `why`: somebody asked for it after the run had ended. */
  | { readonly type: "run.undoing"; readonly why?: string }
  /** What was left to decide turned out to be nothing. */
  | { readonly type: "run.proceeded" }
  | {
      readonly type: "run.finished";
      readonly outcome: RunOutcome;
      readonly outputs?: Stored;
      readonly error?: Failure;
      /** How many steps were degraded; a completed run with some is complete with warnings. */
      readonly degraded?: number;
    }
  | { readonly type: "report.told"; readonly key: Key }
  /** `slot` is its place below its parent: of its definition in a block or choose, the item, the round. */
  | {
      readonly type: "step.started";
      readonly path: Path;
      readonly slot: number;
      readonly attempt?: Opening;
      /** each: how many items there are */
      readonly count?: number;
      /** choose: which branch, -1 for none */
      readonly branch?: number;
      /** wait, gate: when it is due */
      readonly due?: number;
      /** wait: the event and key it listens for */
      readonly listen?: { readonly event: string; readonly key: string };
      /** gate, or `approve` before a step */
      readonly gate?: GateOpening;
    }
  /** It is to end this way as soon as nothing of it is in flight; nothing of it begins any more. */
  | {
      readonly type: "step.stopping";
      readonly path: Path;
      readonly outcome: "failed" | "cancelled";
      readonly abort: boolean;
      readonly why: string;
      readonly error?: Failure;
    }
  /** `when` did not hold, or could not be told and the stricter way was taken; or a branch was not taken. */
  | {
      readonly type: "step.skipped";
      readonly path: Path;
      readonly slot: number;
      readonly why: string;
    }
  /** When its turn comes it is left out. */
  | { readonly type: "step.skipping"; readonly path: Path; readonly why: string }
  /** A person has taken it from its agent. This opens what waits for them. */
  | { readonly type: "step.held"; readonly path: Path; readonly why: string }
  /** Its agent tries it again. `again`: under a new call, although it may have been done. */
  | {
      readonly type: "step.released";
      readonly path: Path;
      readonly key: Key;
      readonly why: string;
      readonly again?: true;
    }
  | {
      readonly type: "step.finished";
      readonly path: Path;
      readonly outcome: StepOutcome;
      readonly output?: Stored;
      readonly error?: Failure;
      /** The attempt that this closes. */
      readonly closes?: Key;
      /** That attempt was not answered: a person was before its agent. */
      readonly unanswered?: true;
      readonly usage?: Usage;
      /** It was not done: this run gave it before, at this step. */
      readonly cached?: { readonly run: RunId; readonly path: Path };
      readonly warnings?: readonly string[];
      /** Of what a sub-run gave. */
      readonly labels?: Labels;
      /** degraded: what the author says it means */
      readonly impact?: string;
      readonly warning?: string;
    }
  | ({
      readonly type: "attempt.started";
      readonly path: Path;
      readonly fallback?: string;
    } & Opening)
  /** The `ask` under this key is about to be performed. */
  | { readonly type: "attempt.begun"; readonly key: Key }
  /** After a crash it is performed again, under the same call key. */
  | ({ readonly type: "attempt.repeated"; readonly key: Key } & Reserving)
  | { readonly type: "attempt.stopping"; readonly key: Key; readonly why: string }
  | {
      readonly type: "attempt.ended";
      readonly path: Path;
      readonly key: Key;
      readonly outcome: "failed" | "refused" | "unknown" | "stopped";
      readonly error: Failure;
      /** After this, the call may have been done: it is in doubt. */
      readonly doubt: boolean;
      /** It was closed before it was answered: an answer may still come. */
      readonly unanswered?: true;
      readonly usage?: Usage;
      readonly labels?: Labels;
    }
  /** An answer to an attempt that was closed before it came: its price and what it says are kept. */
  | {
      readonly type: "attempt.settled";
      readonly key: Key;
      readonly outcome: "ok" | "failed" | "refused" | "unknown";
      readonly usage?: Usage;
    }
  /** An attempt does not fit into a budget, and is not begun. */
  | {
      readonly type: "budget.exceeded";
      readonly path: Path;
      /** What would be set aside for it, and of which unit too little is left. */
      readonly need: Amounts;
      readonly unit: string;
      readonly left: number;
      /** Whose limit it is: "step", "run", or an account of the company. */
      readonly of: string;
      readonly follows: OnExceeded;
      readonly error: Failure;
      readonly spare?: true;
      /** It was the fallback that did not fit. */
      readonly fallback?: true;
      /** wait: when it is looked at again, where nobody tells that money came back. */
      readonly due?: number;
    }
  | { readonly type: "budget.waited"; readonly path: Path; readonly key: Key; readonly due: number }
  /** It fits now. */
  | { readonly type: "budget.found"; readonly path: Path; readonly key: Key }
  /** People add to the limits of the run, or of one step. */
  | {
      readonly type: "budget.raised";
      readonly amounts: Amounts;
      readonly step?: Path;
      readonly why: string;
    }
  | {
      readonly type: "timer.set";
      readonly path: Path;
      readonly due: number;
      readonly why: "backoff" | "total" | "block" | "stalled";
    }
  | { readonly type: "timer.ended"; readonly key: Key }
  /** The next wait for this event and key listens from behind `position` on. */
  | {
      readonly type: "listen.ended";
      readonly key: Key;
      readonly payload: JsonObject;
      readonly source: string;
      readonly position?: number;
    }
  /** What was published there is not what the wait promises; it listens from behind `position` on. */
  | {
      readonly type: "listen.refused";
      readonly path: Path;
      readonly key: Key;
      readonly position: number;
      readonly why: string;
    }
  /** Before a step that has begun: it was approved in the run that this one is a fork of, and not in this one. */
  | { readonly type: "gate.opened"; readonly path: Path; readonly gate: GateOpening }
  | GateBody
  /** One person has taken the task: nobody else answers it until it is released. */
  | {
      readonly type: "task.claimed";
      readonly key: Key;
      readonly path: Path;
      readonly person: string;
    }
  | {
      readonly type: "task.released";
      readonly key: Key;
      readonly path: Path;
      readonly why: string;
    }
  /** Its deadline has passed: the next are asked, and nobody has claimed it. */
  | {
      readonly type: "task.escalated";
      readonly key: Key;
      readonly path: Path;
      readonly to: readonly string[];
      readonly due?: number;
    }
  | {
      readonly type: "exception.raised";
      readonly path: Path;
      readonly why: ExceptionWhy;
      readonly owner: string;
      readonly error: Failure;
      /** What the person should look at, as a sentence. */
      readonly look: string;
      /** Whom an escalation rule names besides the owner. */
      readonly recipients?: readonly string[];
      /** It was allowed on a condition, which is looked at again then; and the use of a tool that waits for it. */
      readonly due?: number;
      readonly use?: Key;
    }
  /** The condition on which it was allowed does not hold yet; it is looked at again at `due`. */
  | {
      readonly type: "exception.waited";
      readonly path: Path;
      readonly key: Key;
      readonly due: number;
    }
  /** A rule of the author's has said what follows a condition: of a step, or with the path "" of the run. */
  | {
      readonly type: "rule.acted";
      readonly path: Path;
      readonly condition: Rule["condition"];
      readonly action: Rule["action"];
      readonly why: string;
      readonly owner: string;
      readonly recipients?: readonly string[];
      /** Channels and names of notifications, as written. */
      readonly notify?: readonly string[];
      readonly message?: string;
    }
  | {
      readonly type: "exception.closed";
      readonly key: Key;
      readonly path: Path;
      /** `denied`: the budget is not raised, the step fails. `found`: it fits now. */
      readonly how: "retry" | "skip" | "give" | "answered" | "cancelled" | "denied" | "found";
      readonly why?: string;
    };

/** What happens at the gate under this key: `core/approval` says what, and what follows. */
type GateBody = {
  readonly [T in ApprovalEvent["type"]]: Extract<ApprovalEvent, { readonly type: T }> & {
    readonly key: Key;
  } & (T extends "gate.voted" | "gate.escalated" ? unknown : { readonly path: Path }) &
    (T extends "gate.consumed" | "gate.voided" ? OfUse : unknown);
}[ApprovalEvent["type"]];

/** Of a gate before the use of a tool; `reads`: it only reads, and this performs it. */
type OfUse = { readonly use?: Key; readonly reads?: true };

/** failed: it may be tried again, gone without, or given; unknown: it may have been done; undo: a compensation failed. */
export type ExceptionWhy = "failed" | "unknown" | "undo";

export type RunOutcome = "completed" | "failed" | "cancelled" | "rolled back";
export type StepOutcome = "completed" | "degraded" | "failed" | "cancelled";
