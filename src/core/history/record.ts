import type { Approval, ApprovalVote } from "../approval/index.ts";
import type { JsonObject } from "../json.ts";
import type { ExceptionWhy, Failure, Key, Path, Stored } from "../machine/index.ts";

export type StepStatus =
  | "pending"
  | "ready"
  | "running"
  | "waiting"
  | "retrying"
  | "completed"
  | "degraded"
  | "skipped"
  | "failed"
  | "cancelled";

/** What is known of one step of a run. A repeated step's record is that of its latest round. */
export type StepRecord = {
  readonly path: Path;
  readonly status: StepStatus;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** How many attempts were begun. */
  readonly attempts: number;
  /** The attempt in flight: an agent's, or a sub-run's. */
  readonly attempt: { readonly key: Key; readonly subRun: boolean } | null;
  /** Of the latest attempt. */
  readonly agent: string | null;
  /** Why it was given to another agent than the one named. */
  readonly fallback: string | null;
  /** Of the latest attempt that did not end well. */
  readonly error: Failure | null;
  readonly nextTryAt: number | null;
  readonly output: Stored | null;
  readonly warnings: readonly string[];
  /** Why it was skipped. */
  readonly why: string | null;
  /** degraded: what the author says it means. */
  readonly impact: string | null;
  /** It was completed, and a rollback has undone it. */
  readonly undone: boolean;
  readonly gate: GateRecord | null;
  /** The task that a person has of it. */
  readonly task: TaskRecord | null;
  readonly exception: Key | null;
  /** A person has it in hand. */
  readonly hold: Key | null;
  readonly waitsFor: Awaited | null;
  /** each: how many items. */
  readonly count: number | null;
  /** choose: the slot of the branch taken, -1 for none. */
  readonly branch: number | null;
  /** repeat: rounds begun. */
  readonly rounds: number;
  /** Units of work in it, and how many of them are over. */
  readonly expected: number;
  readonly done: number;
};

type Awaited =
  | { readonly kind: "time"; readonly due: number }
  | {
      readonly kind: "event";
      readonly event: string;
      readonly key: string;
      readonly due: number | null;
    };

/** A step that a person has taken from its agent. */
export type HoldRecord = {
  readonly key: Key;
  readonly at: number;
  readonly path: Path;
  readonly by: string;
  readonly why: string;
};

export type GateRecord = {
  readonly key: Key;
  readonly path: Path;
  readonly ask: string;
  /** What the deciders are shown. */
  readonly show: JsonObject;
  readonly digest: string;
  readonly from: readonly string[];
  readonly need: number;
  readonly openedAt: number;
  readonly due: number | null;
  readonly escalatedTo: string | null;
  readonly votes: readonly Vote[];
  /** All of the approval: what was said, who has it, what it is bound to. */
  readonly approval: Approval;
  /** null while it is open. */
  readonly closed: { readonly allowed: boolean; readonly why: string; readonly at: number } | null;
};

/** An open task of a person's. */
export type TaskRecord = {
  readonly key: Key;
  readonly path: Path;
  readonly agent: string;
  /** Who may do it; empty is: anyone who may act on the run. */
  readonly to: readonly string[];
  readonly openedAt: number;
  readonly due: number | null;
  readonly claimed: { readonly by: string; readonly at: number } | null;
  /** What was tried before it, and why it came to a person; null where it was a person's from the start. */
  readonly after: Failure | null;
};

export type Vote = ApprovalVote;

export type ExceptionRecord = {
  readonly key: Key;
  readonly path: Path;
  readonly why: ExceptionWhy;
  readonly owner: string;
  readonly error: Failure;
  readonly look: string;
  readonly at: number;
  /** Whom an escalation rule names besides the owner. */
  readonly recipients?: readonly string[];
};

/** How many steps at one place of the definition are in which status, where there are many. */
export type Tally = {
  readonly counts: Readonly<Partial<Record<StepStatus, number>>>;
  /** Attempts of all of them. */
  readonly attempts: number;
  /** Who was given the latest attempt. */
  readonly agent: string | null;
  /** The first that failed, at most `FAILURES_SHOWN_MOST`. */
  readonly failures: readonly { readonly path: Path; readonly message: string }[];
};

export const FAILURES_SHOWN_MOST = 10;

export const EMPTY_TALLY: Tally = { counts: {}, attempts: 0, agent: null, failures: [] };

export function newRecord(path: Path, expected: number): StepRecord {
  return {
    path,
    status: "pending",
    startedAt: null,
    endedAt: null,
    attempts: 0,
    attempt: null,
    agent: null,
    fallback: null,
    error: null,
    nextTryAt: null,
    output: null,
    warnings: [],
    why: null,
    impact: null,
    undone: false,
    gate: null,
    task: null,
    exception: null,
    hold: null,
    waitsFor: null,
    count: null,
    branch: null,
    rounds: 0,
    expected,
    done: 0,
  };
}

/** A step that has ended does nothing more in its round. */
export function isEnded(status: StepStatus): boolean {
  return (
    status === "completed" ||
    status === "degraded" ||
    status === "skipped" ||
    status === "failed" ||
    status === "cancelled"
  );
}
