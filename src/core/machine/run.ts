import type { Approval } from "../approval/index.ts";
import type {
  Block,
  Choose,
  Each,
  Gate,
  Repeat,
  SubRun,
  Task,
  Wait,
  Workflow,
} from "../definition/index.ts";
import type { Labels } from "../governance/index.ts";
import type { Digest, RunId } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { Ledger, StepMoney } from "./budget/ledger.ts";
import type { Beyond } from "./control/beyond.ts";
import type { Stall } from "./control/stall.ts";
import type {
  AmendedLimits,
  EffectClass,
  ExceptionWhy,
  Key,
  Parent,
  Path,
  RunOutcome,
  Seq,
  Stored,
} from "./event.ts";
import type { Failure } from "./failure.ts";
import type { Doubt, Open } from "./open.ts";
import { emptyQueue, type Queue } from "./tables/queue.ts";
import type { Row } from "./tables/row.ts";
import { emptyTable, type Table } from "./tables/table.ts";
import { NOTHING_LABELLED } from "./uses/run-labels.ts";
import type { UndoCall } from "./uses/use-event.ts";
import type { StepUses } from "./uses/uses.ts";

export type { Open, OpenGate, OpenTask } from "./open.ts";

/** Counts up when an old snapshot can no longer be read. The log always can. */
export const MACHINE_VERSION = 3;

/**
 * A run as it is: the fold of its events and nothing else. Persistent: an older one stays as it was.
 * Finished steps leave `frames`; what they gave stays in `outputs`.
 */
export type Run = {
  readonly id: RunId;
  readonly workflow: Workflow;
  /** Other versions of it, to be moved to: the same on every machine, since they are named by digest. */
  readonly definitions: (digest: Digest) => Workflow | null;
  readonly seq: Seq;
  readonly phase: "absent" | "running" | "stopping" | "undoing" | "finished";
  readonly acceptedAt: number;
  /** Who started it. */
  readonly by: string;
  readonly params: JsonObject;
  /** Params as they were before, newest first: a step reads those it began with. */
  readonly before: Earlier | null;
  /** What was amended; all else is as the definition says. */
  readonly limits: AmendedLimits;
  /** Steps that are left out when their turn comes, and why. */
  readonly skipping: Table<Path, string>;
  readonly parent: Parent | null;
  readonly paused: {
    readonly at: number;
    readonly why: string;
    readonly exception: Key | null;
    /** It goes on with the run above. */
    readonly above?: true;
  } | null;
  readonly stopping: {
    readonly outcome: "cancelled" | "failed";
    readonly abort: boolean;
    readonly rollback: boolean;
    readonly why: string;
    readonly error: Failure | null;
  } | null;
  readonly outcome: RunOutcome | null;
  readonly error: Failure | null;
  readonly result: Stored | null;
  /** Live steps only. The root has the path "". */
  readonly frames: Table<Path, Frame>;
  /** What `owed` reads. */
  readonly open: Table<Key, Open>;
  readonly outputs: Table<Path, Value>;
  /** Calls that were closed before they were answered, and may have been done. */
  readonly doubts: Table<Key, Doubt>;
  readonly undo: Undo | null;
  readonly undone: number;
  /** The last decision left something to decide. */
  readonly unsettled: boolean;
  readonly work: { readonly done: number; readonly expected: number };
  readonly degraded: number;
  /** The position of the last published event taken, by what was waited for: `subscriptionOf`. */
  readonly taken: Table<string, number>;
  /** Only of a run that somebody watches for a standstill. */
  readonly stall?: Stall;
  /** null until something limits it, or an agent says what it used. */
  readonly ledger: Ledger | null;
  /** The version of the company's map that holds for it; null: there was none. */
  readonly map: Digest | null;
  /** The case that it works on. */
  readonly case: string | null;
  /** What is known of it, the newest first, each from the event on that told it. */
  readonly known: Known | null;
  /** What it rests on by now. */
  readonly labels: Labels;
  /** How often each tool was used. */
  readonly calls: Readonly<Record<string, number>>;
  /** What was allowed by a chain of the map and is not begun, by the key of its gate. Absent: nothing yet. */
  readonly granted?: Table<Key, Granted>;
};

export type Granted = { readonly path: Path; readonly approval: Approval };

/**
 * A run while one event is folded, or one decision made: whoever began owns this copy and may change its
 * fields; the tables in it stay persistent, so nobody else sees a half-made state.
 */
export type Fold = { -readonly [Field in keyof Run]: Run[Field] };

/** What a finished step gave: as it stands in its event, or the gathered results of an `each`. */
export type Value = Stored | { readonly items: Row<Item>; readonly fields: readonly string[] };

/** The result of one item of an `each`. */
export type Item = {
  readonly outcome: "completed" | "degraded" | "skipped" | "failed" | "cancelled";
  readonly output?: Stored;
  readonly error?: Failure;
};

/** What every live step has. `born` is the same object through all its changes: a place for memos. */
export type FrameCommon = {
  readonly path: Path;
  readonly parent: Path | null;
  /** Place in its parent: the slot in a block or choose, the item, the round. */
  readonly at: number;
  readonly born: { readonly seq: Seq };
  /** It is to end this way as soon as nothing of it is in flight. */
  readonly stopping: Stopping | null;
  /** Where it stands in the queue for places, when it wants one. */
  readonly ticket: Ticket | null;
  /** Its own time limit. */
  readonly timer: Key | null;
  /** Expected pieces of work below it, and how many of them have ended. */
  readonly expected: number;
  readonly done: number;
};

export type Ticket = { readonly in: "first" | "later"; readonly number: number };

type Stopping = {
  readonly outcome: "failed" | "cancelled";
  /** Writers in flight are told to stop; else they are awaited. */
  readonly abort: boolean;
  readonly error: Failure | null;
  readonly why: string;
};

/** Counts the attempts below a step that has a limit on them, and who waits for a place. */
export type Limiter = {
  readonly most: number;
  readonly busy: number;
  /** Steps to go on with or to begin. */
  readonly first: Queue<Path>;
  /** Items to begin: only when nothing in `first` can be. */
  readonly later: Queue<Path>;
} | null;

export type Frame =
  | BlockFrame
  | EachFrame
  | ChooseFrame
  | RepeatFrame
  | LeafFrame
  | GateFrame
  | WaitFrame;

export type BlockFrame = FrameCommon & {
  readonly kind: "block";
  readonly step: Block;
  /** How many siblings each slot still waits for; absent is none. */
  readonly waits: Table<number, number>;
  /** Of a fork: who waits for others beyond those that have ended. */
  readonly beyond?: Beyond;
  /** Slots that may begin: those that need a place, and those that need none. */
  readonly ready: Queue<number>;
  readonly free: Queue<number>;
  readonly live: Table<number, true>;
  /** Steps that have not ended. */
  readonly left: number;
  /** One of them failed: nothing more begins, and the block is to fail. */
  readonly broken: Failure | null;
  readonly limiter: Limiter;
};

export type EachFrame = FrameCommon & {
  readonly kind: "each";
  readonly step: Each;
  readonly count: number;
  readonly next: number;
  /** Of a fork: items up to here may have begun or ended before `next`. */
  readonly keptTo?: number;
  readonly live: Table<number, true>;
  readonly ended: number;
  readonly failed: number;
  readonly lastError: Failure | null;
  readonly items: Row<Item>;
  readonly limiter: Limiter;
};

export type ChooseFrame = FrameCommon & {
  readonly kind: "choose";
  readonly step: Choose;
  readonly branch: number;
  readonly child: Child;
};
export type RepeatFrame = FrameCommon & {
  readonly kind: "repeat";
  readonly step: Repeat;
  readonly round: number;
  readonly child: Child;
};

/** The one step below a choose or a repeat. */
export type Child =
  | { readonly state: "none" }
  | { readonly state: "live" }
  | { readonly state: "ended"; readonly item: Item };

type LeafState =
  | "approving"
  | "ready"
  | "calling"
  | "asking"
  | "judging"
  | "backoff"
  | "held"
  | "short";

/** All that asks the world once: a task, a sub-run, an undo. Retry, time, doubt, stop live here, once. */
export type LeafFrame = FrameCommon & {
  readonly kind: "leaf";
  readonly step: Task | SubRun;
  /**
   * approving: people decide first; ready: wants a place; calling: an attempt is open; asking: a
   * person's task is; judging: an attempt ended and what follows is not decided; backoff: a timer runs;
   * held: a person must act; short: it waits until it fits into the budget
   */
  readonly state: LeafState;
  readonly key: Key | null;
  /** The call in flight or in doubt; its next attempt keeps it. */
  readonly call: Key | null;
  readonly doubt: boolean;
  /** Attempts in all, and of the agent that has it now. */
  readonly attempts: number;
  readonly tries: number;
  readonly agent: string | null;
  readonly effects: EffectClass;
  readonly fellBack: boolean;
  readonly error: Failure | null;
  readonly grant: Digest | null;
  /** The grant of a chain of the map: its gate, and whether it was used up. */
  readonly by?: { readonly gate: Key; readonly isSpent: boolean };
  /** The inputs as a decider has edited them. */
  readonly edited?: JsonObject;
  readonly exception: Key | null;
  readonly exceptionWhy: ExceptionWhy | null;
  /** A person has it in hand. */
  readonly hold: Key | null;
  /** An older definition that its text is of; null is: the run's. */
  readonly of: Digest | null;
  /** Only of an undo: the step it undoes. */
  readonly undoes: Path | null;
  /** Absent while no budget counts what it uses. */
  readonly money?: StepMoney;
  /** Absent while nothing in it has used a tool. */
  readonly uses?: StepUses;
};

type GateFrame = FrameCommon & {
  readonly kind: "gate";
  readonly step: Gate;
  readonly key: Key;
};
type WaitFrame = FrameCommon & {
  readonly kind: "wait";
  readonly step: Wait;
  readonly key: Key;
};

/** What a rollback still has to undo, newest first. */
export type Undo = {
  readonly path: Path;
  readonly output: Stored | null;
  /** A sub-run that is to undo what it did itself. */
  readonly child: RunId | null;
  /** A write that is taken back by a use of a tool; `key` is of the write. */
  readonly use?: UndoCall & { readonly agent: string; readonly key: Key };
  /** When the step began: its compensation reads the params of then. */
  readonly born: Seq;
  readonly next: Undo | null;
};

/** The params that held until the event at `until`. */
export type Earlier = {
  readonly until: Seq;
  readonly params: JsonObject;
  readonly next: Earlier | null;
};

const NO_DEFINITIONS = (): null => null;

/** A run before its first event. Its definition is the one it will be pinned to. */
export function absent(
  id: RunId,
  workflow: Workflow,
  definitions: Run["definitions"] = NO_DEFINITIONS,
): Run {
  return {
    id,
    workflow,
    definitions,
    seq: 0,
    phase: "absent",
    acceptedAt: 0,
    by: "",
    params: {},
    before: null,
    limits: {},
    skipping: emptyTable(),
    parent: null,
    paused: null,
    stopping: null,
    outcome: null,
    error: null,
    result: null,
    frames: emptyTable(),
    open: emptyTable(),
    outputs: emptyTable(),
    doubts: emptyTable(),
    undo: null,
    undone: 0,
    unsettled: false,
    work: { done: 0, expected: 0 },
    degraded: 0,
    taken: emptyTable(),
    ledger: null,
    map: null,
    case: null,
    known: null,
    labels: NOTHING_LABELLED,
    calls: {},
  };
}

/** Waits of one run for the same event and key go through what is published one after another. */
export function subscriptionOf({ event, match }: { event: string; match: string }): string {
  return JSON.stringify([event, match]);
}

export function limiterOf(most: number | null): Limiter {
  return most === null ? null : { most, busy: 0, first: emptyQueue(), later: emptyQueue() };
}

/** What was known of a run's case from an event on. */
export type Known = { readonly from: Seq; readonly known: Stored; readonly next: Known | null };
