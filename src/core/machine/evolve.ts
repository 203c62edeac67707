import { unreachable } from "../unreachable.ts";
import { changed, changedLeaf, endedFold, opened } from "./attempt.ts";
import { blockFrame, commonOf } from "./born.ts";
import type { Event } from "./event.ts";
import { rewant, withFrame } from "./places.ts";
import { limiterOf, type Open, type Run } from "./run.ts";
import { finishedFold, skippedFold, startedFold } from "./step.ts";
import { emptyTable, entries, get, remove, set } from "./table.ts";
import { workOf } from "./work.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/**
 * What is true after an event. Total over every log this machine has written: it never refuses,
 * because what enters the log was checked before (M13), and it reads nothing but the event, the run
 * and the definition it is pinned to (M4, M5).
 */
export function evolve(run: Run, event: Event): Run {
  const next = folded(run, event);
  return { ...next, seq: event.seq, unsettled: event.end === true ? event.settled !== true : run.unsettled };
}

function folded(run: Run, event: Event): Run {
  switch (event.type) {
    case "run.accepted":
      return accepted(run, event);
    case "run.attached":
      return attached(run, event);
    case "run.paused":
      return { ...run, paused: { at: event.at, why: event.why, exception: event.exception ?? null } };
    case "run.resumed":
      return resumed(run, event.at);
    case "run.stopping":
      return stopping(run, event);
    case "run.undoing":
      return { ...run, phase: "undoing" };
    case "run.proceeded":
      return run;
    case "run.finished":
      return finished(run, event);
    case "report.told":
      return { ...run, open: remove(run.open, event.key) };
    default:
      return stepFolded(run, event);
  }
}

type OfRun = "run.accepted" | "run.attached" | "run.paused" | "run.resumed" | "run.stopping" | "run.undoing" | "run.proceeded" | "run.finished" | "report.told";

function stepFolded(run: Run, event: Exclude<Event, { type: OfRun }>): Run {
  switch (event.type) {
    case "step.started":
      return startedFold(run, event);
    case "step.skipped":
      return skippedFold(run, event);
    case "step.finished":
      return finishedFold(run, event);
    case "step.stopping":
      return stoppingStep(run, event);
    case "timer.set":
      return timerSet(run, event);
    case "timer.ended":
      return timerEnded(run, event.key);
    case "listen.ended":
      return { ...run, open: remove(run.open, event.key) };
    default:
      return askFolded(run, event);
  }
}

type OfStep = OfRun | "step.started" | "step.skipped" | "step.finished" | "step.stopping" | "timer.set" | "timer.ended" | "listen.ended";

function askFolded(run: Run, event: Exclude<Event, { type: OfStep }>): Run {
  switch (event.type) {
    case "attempt.started": {
      const frame = get(run.frames, event.path);
      return frame?.kind === "leaf" ? opened(run, frame, event) : run;
    }
    case "attempt.begun":
      return changed(run, event.key, { begun: true });
    case "attempt.repeated":
      return repeated(run, event.key);
    case "attempt.stopping":
      return changed(run, event.key, { stopping: true });
    case "attempt.ended":
      return endedFold(run, event);
    case "attempt.settled":
      return { ...run, doubts: remove(run.doubts, event.key) };
    case "gate.voted":
      return voted(run, event);
    case "gate.escalated":
      return escalated(run, event.key);
    case "gate.closed":
      return gateClosed(run, event);
    case "exception.raised":
      return raised(run, event);
    case "exception.closed":
      return exceptionClosed(run, event);
    default:
      return unreachable(event);
  }
}

function accepted(run: Run, event: Of<"run.accepted">): Run {
  const root = run.workflow.root;
  const frame = blockFrame(root, commonOf(root, { path: "", parent: null, at: 0, seq: event.seq }));
  const now: Run = {
    ...run,
    phase: "running",
    acceptedAt: event.at,
    by: event.by,
    params: event.params,
    parent: event.parent,
    work: { done: 0, expected: workOf(root) },
  };
  if (frame.kind !== "block") return now;
  return withFrame(now, { ...frame, limiter: limiterOf(run.workflow.limits.concurrencyMost) });
}

/** Timers were not owed while the run was paused: their due moves by the pause. A gate's deadline does not. */
function resumed(run: Run, at: number): Run {
  const by = run.paused === null ? 0 : at - run.paused.at;
  let open = run.open;
  for (const [key, one] of entries(run.open)) {
    if (one.type === "timer") open = set(open, key, { ...one, due: one.due + by });
    if (one.type === "listen" && one.due !== null) open = set(open, key, { ...one, due: one.due + by });
  }
  return { ...run, paused: null, open };
}

function stopping(run: Run, event: Of<"run.stopping">): Run {
  const { then, rollback, why, error } = event;
  const now: Run = { ...run, phase: "stopping", stopping: { then, rollback, why, error: error ?? null } };
  const root = get(now.frames, "");
  if (root === undefined) return now;
  const outcome = then === "failed" ? "failed" : "cancelled";
  return withFrame(now, { ...root, stopping: { outcome, why, error: error ?? null } });
}

function finished(run: Run, event: Of<"run.finished">): Run {
  const report: Open | null = run.parent === null ? null : { type: "report", to: run.parent };
  return {
    ...run,
    phase: "finished",
    outcome: event.outcome,
    error: event.error ?? null,
    result: event.outputs ?? null,
    frames: emptyTable(),
    paused: null,
    undo: null,
    open: report === null ? emptyTable() : set(emptyTable<number, Open>(), event.seq, report),
    work: { done: run.work.expected, expected: run.work.expected },
  };
}

function stoppingStep(run: Run, event: Of<"step.stopping">): Run {
  const frame = get(run.frames, event.path);
  if (frame === undefined) return run;
  const { outcome, why } = event;
  return rewant(withFrame(run, { ...frame, stopping: { outcome, why, error: event.error ?? null } }), event.path);
}

function timerSet(run: Run, event: Of<"timer.set">): Run {
  const { path, due, why } = event;
  const now: Run = { ...run, open: set(run.open, event.seq, { type: "timer", path, due, why }) };
  const frame = get(now.frames, path);
  if (frame === undefined) return now;
  if (why === "backoff" && frame.kind === "leaf") return changedLeaf(now, path, { state: "backoff", timer: event.seq });
  return withFrame(now, { ...frame, timer: event.seq });
}

function timerEnded(run: Run, key: number): Run {
  const open = get(run.open, key);
  const now: Run = { ...run, open: remove(run.open, key) };
  if (open?.type !== "timer" || open.why !== "backoff") return now;
  return changedLeaf(now, open.path, { state: "ready", timer: null });
}

/** A repeat is doubt: nobody knows how far the first time got. */
function repeated(run: Run, key: number): Run {
  const open = get(run.open, key);
  if (open?.type !== "attempt") return run;
  const now = changed(run, key, { repeats: open.repeats + 1 });
  return open.effects === "pure" ? now : changedLeaf(now, open.path, { doubt: true });
}

function voted(run: Run, event: Of<"gate.voted">): Run {
  const open = get(run.open, event.key);
  if (open?.type !== "gate") return run;
  const { voter, allow, reason, at } = event;
  return { ...run, open: set(run.open, event.key, { ...open, votes: [...open.votes, { voter, allow, reason, at }] }) };
}

function escalated(run: Run, key: number): Run {
  const open = get(run.open, key);
  return open?.type === "gate" ? { ...run, open: set(run.open, key, { ...open, due: null }) } : run;
}

function gateClosed(run: Run, event: Of<"gate.closed">): Run {
  const open = get(run.open, event.key);
  const now: Run = { ...run, open: remove(run.open, event.key) };
  if (open?.type !== "gate" || !event.allowed) return now;
  return changedLeaf(now, event.path, { state: "ready", grant: open.gate.digest });
}

function raised(run: Run, event: Of<"exception.raised">): Run {
  const { path, why, error, owner, look, at } = event;
  const open = set(run.open, event.seq, { type: "exception", path, why, error, owner, look, at });
  return changedLeaf({ ...run, open }, path, { state: "held", exception: event.seq, exceptionWhy: why });
}

/** The same child, asked for again by its parent's step: its end is told to the newer key, also when it has ended. */
function attached(run: Run, event: Of<"run.attached">): Run {
  const now: Run = { ...run, parent: event.parent };
  if (run.phase !== "finished") return now;
  return { ...now, open: set(emptyTable<number, Open>(), event.seq, { type: "report", to: event.parent }) };
}

function exceptionClosed(before: Run, event: Of<"exception.closed">): Run {
  const run: Run = { ...before, open: remove(before.open, event.key) };
  const frame = get(run.frames, event.path);
  if (frame?.kind !== "leaf") return run;
  const change = { exception: null, exceptionWhy: null } as const;
  if (event.how !== "retry") return changedLeaf(run, event.path, change);
  // A person ordered it again: that is a new call, whatever became of the old one.
  return changedLeaf(run, event.path, { ...change, state: "ready", tries: 0, call: null, doubt: false });
}
