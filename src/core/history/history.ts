import { type Amounts, NO_AMOUNTS } from "../amounts.ts";
import type { Rule, Workflow } from "../definition/index.ts";
import type { RunId } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type {
  AmendedLimits,
  Failure,
  Key,
  Path,
  RunOutcome,
  Seq,
  Source,
  Stored,
} from "../machine/index.ts";
import { emptyTable, set, type Table } from "../machine/index.ts";
import { type Checkpoint, type Counting, NO_CHECKPOINTS } from "./checkpoints.ts";
import { type Places, placesOf } from "./place.ts";
import {
  type ExceptionRecord,
  type GateRecord,
  type HoldRecord,
  newRecord,
  type StepRecord,
  type Tally,
  type TaskRecord,
} from "./record.ts";
import type { Undoable } from "./undo.ts";
import { NO_USE, type Use } from "./use.ts";

/**
 * What people want to know of a run, read off its log and nothing else. Lists, pages, counts and
 * badges all read this one, so that no two places disagree about a state. Persistent: an older
 * history stays as it was.
 */
export type History = {
  /** Said by who can see its sub-runs: all of them wait. Absent where nobody has looked. */
  readonly subRunsWait?: boolean;
  readonly workflow: Workflow;
  readonly places: Places;
  readonly run: RunId | null;
  readonly seq: Seq;
  /** The newest, oldest first; and how far the log was read for them. */
  readonly checkpoints: readonly Checkpoint[];
  readonly counting: Counting;
  /** Of which run it is a fork, and from where. */
  readonly source: Source | null;
  readonly params: JsonObject;
  /** Inputs that were set for this run, each with where it came from. */
  readonly bound: JsonObject;
  /** What it was amended to. */
  readonly limits: AmendedLimits;
  readonly acceptedAt: number | null;
  /** When its first step began. */
  readonly startedAt: number | null;
  readonly updatedAt: number | null;
  readonly endedAt: number | null;
  readonly paused: { readonly at: number; readonly why: string } | null;
  readonly stopping: {
    readonly end: "cancelled" | "failed";
    readonly rollback: boolean;
    readonly why: string;
  } | null;
  readonly undoing: boolean;
  readonly undoable: Undoable | null;
  /** Which step each undo undoes. */
  readonly undoes: Table<Path, Path>;
  readonly outcome: RunOutcome | null;
  readonly outputs: Stored | null;
  readonly error: Failure | null;
  /** Steps of which there is one, by static path, and live ones of which there are many, by their own. */
  readonly records: Table<Path, StepRecord>;
  /** Steps of which there are many, by static path. */
  readonly tallies: Table<Path, Tally>;
  readonly exceptions: Table<Key, ExceptionRecord>;
  readonly holds: Table<Key, HoldRecord>;
  /** Open gates. */
  readonly gates: Table<Key, GateRecord>;
  /** Open tasks of people. */
  readonly tasks: Table<Key, TaskRecord>;
  readonly errors: readonly ErrorRecord[];
  readonly warnings: readonly WarningRecord[];
  /** Rules of the author's that have acted. */
  readonly escalations: readonly EscalationRecord[];
  readonly agents: Readonly<Record<string, number>>;
  readonly usage: UsageSum;
  /** The same by step, with what is set aside. */
  readonly use: Use;
  /** What people added to the run's budget. */
  readonly raised: Amounts;
  readonly counts: Counts;
  readonly tools: ToolCounts;
};

/** Uses of tools. */
export type ToolCounts = {
  readonly judged: number;
  readonly denied: number;
  /** Those about which people were asked. */
  readonly asked: number;
  readonly written: number;
  /** Writes of which nobody knew what became. */
  readonly unknown: number;
};

const NO_TOOLS: ToolCounts = { judged: 0, denied: 0, asked: 0, written: 0, unknown: 0 };

export type ErrorRecord = {
  readonly at: number;
  readonly path: Path;
  readonly agent: string | null;
  /** Which attempt of the step it was. */
  readonly attempt: number;
  readonly error: Failure;
};

export type WarningRecord = { readonly at: number; readonly path: Path; readonly text: string };

/** A rule that has acted: on a step, or with the path "" on the run. */
export type EscalationRecord = {
  readonly at: number;
  readonly path: Path;
  readonly condition: Rule["condition"];
  readonly action: Rule["action"];
  readonly why: string;
  readonly owner: string;
  readonly recipients: readonly string[];
};

export type UsageSum = {
  readonly tokens: number;
  readonly calls: number;
  /** Millionths, by currency. */
  readonly costMicros: Readonly<Record<string, number>>;
};

export type Counts = {
  readonly attempts: number;
  /** Attempts given to agents and not answered, now and at their most. */
  readonly inFlight: number;
  readonly inFlightPeak: number;
  /** Sub-runs in flight. */
  readonly subRuns: number;
  /** Steps that are tried again later, and steps that wait for a person, an event or a time. */
  readonly retrying: number;
  readonly waiting: number;
  /** Steps that took more than one attempt. */
  readonly retried: number;
  /** Steps given to a fallback agent. */
  readonly fellBack: number;
  /** Attempts performed again after a crash. */
  readonly repeated: number;
  readonly degraded: number;
  /** Steps that failed: those that do the work, not those that hold them. */
  readonly failed: number;
  readonly skipped: number;
  readonly undone: number;
  readonly errors: number;
  readonly warnings: number;
};

/** The first so many errors and warnings are kept; all of them are counted, and the log has them. */
export const ERRORS_KEPT_MOST = 100;
export const WARNINGS_KEPT_MOST = 100;
export const ESCALATIONS_KEPT_MOST = 100;

const NO_COUNTS: Counts = {
  attempts: 0,
  inFlight: 0,
  inFlightPeak: 0,
  subRuns: 0,
  retrying: 0,
  waiting: 0,
  retried: 0,
  fellBack: 0,
  repeated: 0,
  degraded: 0,
  failed: 0,
  skipped: 0,
  undone: 0,
  errors: 0,
  warnings: 0,
};

/** Before the first event. */
export function emptyHistory(workflow: Workflow): History {
  const places = placesOf(workflow);
  return {
    workflow,
    places,
    run: null,
    seq: 0,
    checkpoints: [],
    counting: NO_CHECKPOINTS,
    source: null,
    params: {},
    bound: {},
    limits: {},
    acceptedAt: null,
    startedAt: null,
    updatedAt: null,
    endedAt: null,
    paused: null,
    stopping: null,
    undoing: false,
    undoable: null,
    undoes: emptyTable(),
    outcome: null,
    outputs: null,
    error: null,
    records: set(emptyTable<Path, StepRecord>(), "", newRecord("", places[""]?.units ?? 0)),
    tallies: emptyTable(),
    exceptions: emptyTable(),
    holds: emptyTable(),
    gates: emptyTable(),
    tasks: emptyTable(),
    errors: [],
    warnings: [],
    escalations: [],
    agents: {},
    usage: { tokens: 0, calls: 0, costMicros: {} },
    use: NO_USE,
    raised: NO_AMOUNTS,
    counts: NO_COUNTS,
    tools: NO_TOOLS,
  };
}
