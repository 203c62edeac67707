import type { Event, EventType, Inheritance, Key, Read } from "../machine/index.ts";
import { emptyTable } from "../machine/index.ts";
import { budgetExceeded, budgetRaised } from "./budget-events.ts";
import { addUsage, recordAt, write } from "./change.ts";
import { CHECKPOINTS_KEPT_MOST, countCheckpoints } from "./checkpoints.ts";
import { readForked } from "./forked.ts";
import {
  exceptionClosed,
  exceptionRaised,
  gateClosed,
  gateHappened,
  gateOpened,
  ruleActed,
  stepHeld,
  stepReleased,
} from "./gate-events.ts";
import type { History } from "./history.ts";
import type { ExceptionRecord, GateRecord, HoldRecord, TaskRecord } from "./record.ts";
import {
  attemptEnded,
  attemptOpened,
  stepFinished,
  stepSkipped,
  stepStarted,
  timerSet,
} from "./step-events.ts";
import { taskClaimed, taskEscalated, taskReleased } from "./task-events.ts";
import {
  attemptSuspended,
  gateConsumed,
  toolJudged,
  writebackCommitted,
  writebackStarted,
  writebackUnknown,
} from "./tool-events.ts";
import { useRepeated, useSettled } from "./use.ts";

/**
 * The history after one more event. Its cost does not depend on how many items a run has. An event
 * that was read before changes nothing.
 * What a fork inherits is seen by `readingWith`.
 */
export function readEvent(history: History, event: Event): History {
  return readOne(history, event, null);
}

/** @param read gives the contents of the store */
export function readingWith(read: Read): typeof readEvent {
  return (history, event) => readOne(history, event, read);
}

function readOne(history: History, event: Event, read: Read | null): History {
  if (event.seq <= history.seq) return history;
  return withCheckpoint(readBody(history, event, read), event);
}

function readBody(history: History, event: Event, read: Read | null): History {
  if (event.type === "run.forked") return runForked(history, event, read);
  // The table has one reader for each type; that they fit pair by pair is beyond the type system.
  const reader = READERS[event.type] as (history: History, event: Event) => History;
  return reader({ ...history, seq: event.seq, updatedAt: event.at }, event);
}

function withCheckpoint(history: History, event: Event): History {
  const { made, counting } = countCheckpoints(history, event);
  if (made === null) return counting === history.counting ? history : { ...history, counting };
  const checkpoints = [...history.checkpoints.slice(1 - CHECKPOINTS_KEPT_MOST), made];
  return { ...history, counting, checkpoints };
}

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

function runForked(history: History, event: Of<"run.forked">, read: Read | null): History {
  const { seq, at, source } = event;
  const known = { ...history, seq, updatedAt: at, source };
  if (read === null) return known;
  return readForked(known, event, read(event.state) as unknown as Inheritance);
}

const READERS: { readonly [Type in EventType]: (history: History, event: Of<Type>) => History } = {
  "run.accepted": (history, { run, params, at, bound }) => ({
    ...history,
    run,
    params,
    acceptedAt: at,
    bound: bound ?? history.bound,
  }),
  "run.paused": (history, { at, why }) => ({ ...history, paused: { at, why } }),
  "run.amended": (history, { params = {}, limits = {} }) => ({
    ...history,
    params: { ...history.params, ...params },
    limits: { ...history.limits, ...limits },
  }),
  "run.moved": (history, { params }) => (params === undefined ? history : { ...history, params }),
  "run.resumed": (history) => ({ ...history, paused: null }),
  "run.stopping": (history, { outcome: end, rollback, why, error }) => ({
    ...history,
    stopping: { end, rollback, why },
    error: error ?? history.error,
  }),
  // Also of a run that had ended.
  "run.undoing": (history) => ({ ...history, undoing: true, outcome: null, endedAt: null }),
  "run.finished": runFinished,
  "step.started": stepStarted,
  "step.skipped": stepSkipped,
  "step.finished": stepFinished,
  "attempt.started": (history, event) =>
    attemptOpened(history, recordAt(history, event.path), {
      opening: event,
      at: event.at,
      ...(event.fallback === undefined ? {} : { fallback: event.fallback }),
    }),
  "attempt.repeated": (history, event) => ({
    ...useRepeated(history, event),
    counts: { ...history.counts, repeated: history.counts.repeated + 1 },
  }),
  "attempt.ended": attemptEnded,
  "attempt.settled": (history, event) => ({
    ...useSettled(history, event),
    usage: addUsage(history.usage, event.usage),
  }),
  "budget.exceeded": budgetExceeded,
  "budget.found": (history, { path }) =>
    write(history, { ...recordAt(history, path), status: "ready" }),
  "budget.raised": budgetRaised,
  "budget.waited": unchanged,
  "timer.set": timerSet,
  "gate.opened": (history, { path, gate, seq, at }) =>
    gateOpened(history, recordAt(history, path), { ...gate, seq, at }),
  "gate.voted": gateHappened,
  "gate.advanced": gateHappened,
  "gate.claimed": gateHappened,
  "gate.released": gateHappened,
  "gate.edited": gateHappened,
  "gate.asked": gateHappened,
  "gate.answered": gateHappened,
  "gate.viewed": gateHappened,
  "gate.reminded": gateHappened,
  "gate.escalated": gateHappened,
  "gate.overridden": gateHappened,
  "gate.closed": gateClosed,
  "task.claimed": taskClaimed,
  "task.released": taskReleased,
  "task.escalated": taskEscalated,
  "step.held": stepHeld,
  "step.released": stepReleased,
  "exception.raised": exceptionRaised,
  "exception.waited": unchanged,
  "exception.closed": exceptionClosed,
  "rule.acted": ruleActed,
  "tool.judged": toolJudged,
  "writeback.started": writebackStarted,
  "writeback.committed": writebackCommitted,
  "writeback.unknown": writebackUnknown,
  "gate.consumed": gateConsumed,
  "attempt.suspended": attemptSuspended,
  "tool.finished": unchanged,
  "tool.repeated": unchanged,
  "data.denied": unchanged,
  "writeback.failed": unchanged,
  "writeback.verified": unchanged,
  "gate.voided": unchanged,
  // Its content is read by `readOne`.
  "run.forked": unchanged,
  // What the shell owes and what it has settled says nothing that people ask of a run.
  "run.attached": unchanged,
  "run.informed": unchanged,
  "run.proceeded": unchanged,
  "step.stopping": unchanged,
  "step.skipping": unchanged,
  "report.told": unchanged,
  "attempt.begun": unchanged,
  "attempt.stopping": unchanged,
  "timer.ended": unchanged,
  "listen.ended": unchanged,
  "listen.refused": unchanged,
};

function unchanged(history: History): History {
  return history;
}

function runFinished(history: History, event: Of<"run.finished">): History {
  const { outcome, at } = event;
  const ended = {
    ...history,
    outcome,
    endedAt: at,
    outputs: event.outputs ?? null,
    error: event.error ?? history.error,
    paused: null,
    // A run that has ended asks nobody, whatever its steps were asking.
    gates: emptyTable<Key, GateRecord>(),
    tasks: emptyTable<Key, TaskRecord>(),
    exceptions: emptyTable<Key, ExceptionRecord>(),
    holds: emptyTable<Key, HoldRecord>(),
  };
  const root = recordAt(ended, "");
  if (outcome !== "completed") return ended;
  return write(ended, { ...root, status: "completed", endedAt: at, done: root.expected });
}
