import type { Step, StepKind } from "../definition/index.ts";
import type { RunId } from "../id.ts";
import type { Failure, Path, RunOutcome, Stored } from "../machine/index.ts";
import { entries, get } from "../machine/index.ts";
import { ownOf } from "../own.ts";
import type { Counts, ErrorRecord, History, UsageSum, WarningRecord } from "./history.ts";
import { childrenOf, isComposite } from "./place.ts";
import { type Progress, progress, progressOf } from "./progress.ts";
import {
  EMPTY_TALLY,
  type ExceptionRecord,
  type GateRecord,
  type HoldRecord,
  isEnded,
  newRecord,
  type StepRecord,
  type StepStatus,
  type Tally,
  type TaskRecord,
} from "./record.ts";

export type RunStatus = "accepted" | "running" | "waiting" | "paused" | RunOutcome;

/** A run as people look at it. */
export type RunView = {
  readonly run: RunId | null;
  readonly workflow: string;
  readonly version: string;
  readonly status: RunStatus;
  /** Why it is paused, stopping or failed, one sentence; null where there is nothing to say. */
  readonly why: string | null;
  readonly acceptedAt: number | null;
  readonly updatedAt: number | null;
  readonly endedAt: number | null;
  readonly progress: Progress;
  readonly phases: readonly StepView[];
  /** Open ones, oldest first, at most `OPEN_SHOWN_MOST` of each. */
  readonly exceptions: readonly ExceptionRecord[];
  readonly exceptionCount: number;
  readonly holds: readonly HoldRecord[];
  readonly gates: readonly GateRecord[];
  readonly gateCount: number;
  readonly tasks: readonly TaskRecord[];
  readonly taskCount: number;
  readonly errors: readonly ErrorRecord[];
  readonly warnings: readonly WarningRecord[];
  readonly escalations: History["escalations"];
  readonly counts: Counts;
  readonly usage: UsageSum;
  /** Every agent that was given an attempt, and how many. */
  readonly agents: Readonly<Record<string, number>>;
  readonly outputs: Stored | null;
  readonly error: Failure | null;
};

export type StepView = {
  readonly path: Path;
  readonly id: string;
  readonly name: string;
  readonly kind: StepKind;
  readonly status: StepStatus;
  readonly record: StepRecord;
  readonly progress: Progress;
  /** Where there are many of it: how many are in which status. Its record then says nothing. */
  readonly tally: Tally | null;
  /** Of an `each`: its items. */
  readonly items: Tally | null;
  readonly steps: readonly StepView[];
};

export const OPEN_SHOWN_MOST = 20;

export function viewOf(history: History): RunView {
  const { workflow, run, acceptedAt, updatedAt, endedAt } = history;
  const root = get(history.records, "") ?? newRecord("", 0);
  return {
    run,
    workflow: workflow.name,
    version: workflow.version,
    status: statusOf(history),
    why: history.error?.message ?? history.paused?.why ?? history.stopping?.why ?? null,
    acceptedAt,
    updatedAt,
    endedAt,
    progress: progressOf(history),
    phases: workflow.root.steps.map((step) =>
      stepView(history, step, { record: root, many: false }),
    ),
    exceptions: exceptionsOf(history).slice(0, OPEN_SHOWN_MOST),
    exceptionCount: history.exceptions.size,
    holds: holdsOf(history).slice(0, OPEN_SHOWN_MOST),
    gates: gatesOf(history).slice(0, OPEN_SHOWN_MOST),
    gateCount: history.gates.size,
    tasks: tasksOf(history).slice(0, OPEN_SHOWN_MOST),
    taskCount: history.tasks.size,
    errors: history.errors,
    warnings: history.warnings,
    escalations: history.escalations,
    counts: history.counts,
    usage: history.usage,
    agents: history.agents,
    outputs: history.outputs,
    error: history.error,
  };
}

/** A run waits when all that is left of it waits: for a person, an event or a time. */
export function statusOf(history: History): RunStatus {
  const { outcome, paused, counts, startedAt, stopping, undoing, subRunsWait } = history;
  if (outcome) return outcome;
  if (paused) return "paused";
  const still = subRunsWait === true ? counts.subRuns : 0;
  const busy = counts.inFlight + counts.subRuns - still + counts.retrying > 0;
  if (!busy && counts.waiting + still > 0) return "waiting";
  return startedAt === null && !stopping && !undoing ? "accepted" : "running";
}

type Parent = { readonly record: StepRecord; readonly many: boolean };

function stepView(history: History, step: Step, parent: Parent): StepView {
  const record = ofThisRound(history, step, parent.record);
  const many = parent.many || step.kind === "each";
  const steps = childrenOf(step).map((child) => stepView(history, child, { record, many }));
  const tally = parent.many ? (get(history.tallies, step.path) ?? EMPTY_TALLY) : null;
  return {
    path: step.path,
    id: step.id,
    name: step.name,
    kind: step.kind,
    status: tally ? summed(tally) : shown(history, { step, record, steps }),
    record,
    progress: progress(record.done, record.expected),
    tally,
    items: step.kind === "each" ? (get(history.tallies, step.body.path) ?? EMPTY_TALLY) : null,
    steps: step.kind === "choose" ? taken(steps, record) : steps,
  };
}

/** A step of a repeated block that has not begun in this round is pending, whatever it was in the round before. */
function ofThisRound(history: History, step: Step, parent: StepRecord): StepRecord {
  const record = get(history.records, step.path);
  const within = parent.path === "" || record?.path.startsWith(parent.path);
  return record && within
    ? record
    : newRecord(step.path, ownOf(history.places, step.path)?.units ?? 0);
}

type Seen = {
  readonly step: Step;
  readonly record: StepRecord;
  readonly steps: readonly StepView[];
};

/** What holds others and goes on is shown as they are: waiting when all that goes on in it waits. */
function shown(history: History, { step, record, steps }: Seen): StepStatus {
  if (isEnded(record.status)) return record.status;
  if (history.outcome) return record.status === "pending" ? "pending" : "cancelled";
  if (!isComposite(step.kind) || record.status !== "running") return record.status;
  const open = steps.map((child) => child.status).filter((status) => !isEnded(status));
  const moving = open.some((status) => status !== "waiting" && status !== "pending");
  return !moving && open.includes("waiting") ? "waiting" : "running";
}

const MOST_TELLING: readonly StepStatus[] = ["running", "retrying", "ready", "waiting"];
const ENDED: readonly StepStatus[] = ["failed", "degraded", "completed", "cancelled", "skipped"];

function summed(tally: Tally): StepStatus {
  const has = (status: StepStatus): boolean => (tally.counts[status] ?? 0) > 0;
  return MOST_TELLING.find(has) ?? ENDED.find(has) ?? "pending";
}

/** Of the branches of a choose, those that were not taken are skipped. */
function taken(branches: readonly StepView[], choose: StepRecord): readonly StepView[] {
  if (choose.branch === null) return branches;
  return branches.map((branch, slot) =>
    slot === choose.branch || isEnded(branch.status) ? branch : { ...branch, status: "skipped" },
  );
}

/** All open gates, oldest first. */
export function gatesOf(history: History): readonly GateRecord[] {
  return oldest([...entries(history.gates)]);
}

/** All open tasks of people, oldest first. */
export function tasksOf(history: History): readonly TaskRecord[] {
  return oldest([...entries(history.tasks)]);
}

/** Steps that people have in hand, oldest first. */
export function holdsOf(history: History): readonly HoldRecord[] {
  return oldest([...entries(history.holds)]);
}

/** All open exceptions, oldest first. */
export function exceptionsOf(history: History): readonly ExceptionRecord[] {
  return oldest([...entries(history.exceptions)]);
}

function oldest<Open extends { readonly key: number }>(
  open: readonly (readonly [number, Open])[],
): readonly Open[] {
  return open.map(([, one]) => one).toSorted((one, two) => one.key - two.key);
}
