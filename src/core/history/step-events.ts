import type { Event, EventType, Key, Opening, Path } from "../machine/index.ts";
import { remove } from "../machine/index.ts";
import { addError, addUsage, addWarnings, addWork, recordAt, write } from "./change.ts";
import { gateOpened, nothingAwaited } from "./gate-events.ts";
import type { History } from "./history.ts";
import { isComposite, parentPath, placeAt } from "./place.ts";
import type { StepRecord } from "./record.ts";
import { taskOpened } from "./task-events.ts";
import { subRunEnded, undoFinished, undoStarted } from "./undo.ts";
import { useClosed, useOpened } from "./use.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

export function stepStarted(history: History, event: Of<"step.started">): History {
  const { path, at } = event;
  const grown = growth(history, event);
  const begun = addWork(withRound(undoStarted(history, event), path), path, { expected: grown });
  const before = recordAt(begun, path);
  const place = placeAt(history.places, path);
  const waits = place.step?.kind === "wait" || place.step?.kind === "gate";
  const holds = place.step !== null && isComposite(place.step.kind);
  const record: StepRecord = {
    ...before,
    status: waits ? "waiting" : holds ? "running" : "ready",
    startedAt: at,
    expected: before.expected + grown,
    count: event.count ?? null,
    branch: event.branch ?? null,
    waitsFor: awaited(event),
  };
  const started = { ...begun, startedAt: begun.startedAt ?? at };
  if (event.gate) return gateOpened(started, record, { ...event.gate, seq: event.seq, at });
  if (!event.attempt) return write(started, record);
  return attemptOpened(started, record, { opening: { ...event.attempt, seq: event.seq }, at });
}

/** Work that nobody could know of before: the items of an `each`, the branch of a `choose`, one more round of a `repeat`. */
function growth(history: History, event: Of<"step.started">): number {
  const { step, units } = placeAt(history.places, event.path);
  if (step?.kind === "each") {
    return (event.count ?? 0) * placeAt(history.places, step.body.path).units - units;
  }
  if (step?.kind === "choose") {
    const branch = step.branches[event.branch ?? -1]?.step;
    return (branch ? placeAt(history.places, branch.path).units : 0) - units;
  }
  return 0;
}

/** One more round of the `repeat` whose body begins here; only the first was expected. */
function withRound(history: History, path: Path): History {
  const parent = path.endsWith("}") ? parentPath(path) : null;
  if (parent === null) return history;
  const record = recordAt(history, parent);
  const after = write(history, { ...record, rounds: record.rounds + 1 });
  if (record.rounds === 0) return after;
  return addWork(after, path, { expected: placeAt(history.places, path).units });
}

function awaited(event: Of<"step.started">): StepRecord["waitsFor"] {
  if (event.listen) return { kind: "event", ...event.listen, due: event.due ?? null };
  return event.due !== undefined && !event.gate ? { kind: "time", due: event.due } : null;
}

export function stepSkipped(history: History, event: Of<"step.skipped">): History {
  const { path, at, why } = event;
  const begun = withRound(history, path);
  const before = recordAt(begun, path);
  const record: StepRecord = {
    ...before,
    status: "skipped",
    endedAt: at,
    why,
    done: before.expected,
  };
  const parent = parentPath(path) ?? "";
  // Of the branches of a choose only one was ever expected.
  const branch = placeAt(history.places, parent).step?.kind === "choose";
  return addWork(write(begun, record), path, { done: branch ? 0 : before.expected });
}

export function stepFinished(history: History, event: Of<"step.finished">): History {
  const { path, at, outcome } = event;
  const before = recordAt(history, path);
  // What failed or was cancelled has done what the steps in it have done, and itself nothing.
  const isWell = outcome === "completed" || outcome === "degraded";
  const done = isWell ? before.expected : before.done;
  const texts = [...(event.warnings ?? []), ...(event.warning ? [event.warning] : [])];
  const record: StepRecord = {
    ...before,
    status: outcome,
    startedAt: before.startedAt ?? at,
    endedAt: at,
    attempt: null,
    nextTryAt: null,
    waitsFor: null,
    gate: before.gate?.closed ? before.gate : null,
    task: null,
    exception: null,
    hold: null,
    error: event.error ?? before.error,
    output: event.output ?? null,
    warnings: texts,
    impact: event.impact ?? null,
    done,
  };
  const asked = nothingAwaited(history, before);
  const used = useClosed(asked, event);
  let after = write({ ...used, usage: addUsage(history.usage, event.usage) }, record);
  if (event.error && before.attempt) after = addError(after, record, { at, error: event.error });
  after = addWarnings(after, path, { at, texts });
  return undoFinished(addWork(after, path, { done: done - before.done }), event);
}

type Opened = {
  readonly opening: Opening & { readonly seq: Key };
  readonly at: number;
  readonly fallback?: string;
};

/** An agent is asked, or a sub-run begun; or a person is, and then nothing of it is in flight. */
export function attemptOpened(history: History, record: StepRecord, how: Opened): History {
  const { opening, fallback } = how;
  const now = opened(record, opening, fallback);
  const used = useOpened(history, record.path, opening);
  return opening.task ? taskOpened(used, now, { ...opening, at: how.at }) : write(used, now);
}

function opened(
  record: StepRecord,
  opening: Opening & { readonly seq: Key },
  fallback?: string,
): StepRecord {
  return {
    ...record,
    status: "running",
    attempts: record.attempts + 1,
    attempt: { key: opening.seq, subRun: opening.child !== undefined },
    agent: opening.agent,
    fallback: fallback ?? record.fallback,
    nextTryAt: null,
  };
}

export function attemptEnded(history: History, event: Of<"attempt.ended">): History {
  const { path, at, error } = event;
  const before = recordAt(history, path);
  // What follows (another attempt, an exception, its end) is not decided yet.
  const status = before.hold === null ? "ready" : "waiting";
  const record: StepRecord = { ...before, status, attempt: null, task: null, error };
  const tasks = before.task === null ? history.tasks : remove(history.tasks, before.task.key);
  const isSubRun = before.attempt?.subRun === true && event.outcome !== "refused";
  const told = isSubRun ? subRunEnded(history, path) : history;
  const used = useClosed({ ...told, tasks }, event);
  const after = write({ ...used, usage: addUsage(told.usage, event.usage) }, record);
  return event.outcome === "stopped" ? after : addError(after, record, { at, error });
}

export function timerSet(history: History, event: Of<"timer.set">): History {
  if (event.why !== "backoff") return history;
  const record = recordAt(history, event.path);
  return write(history, { ...record, status: "retrying", nextTryAt: event.due });
}
