import type { Event, Opening, Path, TaskOpening } from "./event.ts";
import { occupy, putFrame, seat, unwant } from "./places.ts";
import type { Fold, LeafFrame, Open, OpenTask } from "./run.ts";
import { get, remove, set } from "./table.ts";
import { isUndo } from "./undo.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;
export type OpenAttempt = Extract<Open, { type: "attempt" }>;
type Opened = { readonly seq: number; readonly fallback?: string };

/** Fold: an attempt opens. It takes a place, keeps the call of the one before, and closes its timer. */
export function foldOpened(
  run: Fold,
  frame: LeafFrame,
  { opening, by }: { readonly opening: Opening; readonly by: Opened },
): void {
  const call = opening.call ?? by.seq;
  const fellBack = by.fallback !== undefined;
  const attempts = frame.attempts + 1;
  const { agent, effects } = opening;
  const { task } = opening;
  if (frame.timer !== null) run.open = remove(run.open, frame.timer);
  const open: Open =
    task === undefined
      ? {
          type: "attempt",
          path: frame.path,
          call,
          attempt: attempts,
          agent,
          effects,
          begun: false,
          stopping: false,
          repeats: 0,
          child: opening.child ?? null,
          definition: opening.definition ?? null,
        }
      : openTask(task, { path: frame.path, attempt: attempts, agent });
  run.open = set(run.open, by.seq, open);
  seat(run, {
    ...frame,
    state: task === undefined ? "calling" : "asking",
    key: by.seq,
    call,
    attempts,
    tries: fellBack ? 1 : frame.tries + 1,
    agent,
    effects,
    fellBack: frame.fellBack || fellBack,
    timer: null,
  });
  if (task === undefined) occupy(run, frame.parent, 1);
}

function openTask(
  { to, due, dueMs, next }: TaskOpening,
  of: Pick<OpenTask, "path" | "attempt" | "agent">,
): OpenTask {
  return {
    type: "task",
    ...of,
    to,
    due: due ?? null,
    dueMs: dueMs ?? null,
    next: next ?? [],
    claimed: null,
  };
}

/** Fold: the attempt under this key is no longer in flight; its place is free. What is not answered stays known. */
export function foldClosed(
  run: Fold,
  key: number,
  { isUnanswered, wasBegun }: { readonly isUnanswered: boolean; readonly wasBegun: boolean },
): void {
  const open = get(run.open, key);
  if (open?.type === "task") run.open = remove(run.open, key);
  if (open?.type !== "attempt") return;
  if (isUnanswered) run.doubts = set(run.doubts, key, { path: open.path, call: open.call });
  if (open.child !== null && wasBegun && !isUndo(open.path)) undoableRun(run, open, key);
  run.open = remove(run.open, key);
  occupy(run, get(run.frames, open.path)?.parent ?? null, -1);
}

/** However a sub-run has ended, it may have done something: it is asked itself. */
function undoableRun(run: Fold, { path, child }: OpenAttempt, key: number): void {
  const born = get(run.frames, path)?.born.seq ?? key;
  if (run.undo?.child !== child) run.undo = { path, output: null, child, born, next: run.undo };
}

export function foldEnded(run: Fold, event: Of<"attempt.ended">): void {
  const wasBegun = event.outcome !== "refused";
  foldClosed(run, event.key, { isUnanswered: event.unanswered === true, wasBegun });
  const frame = get(run.frames, event.path);
  if (frame?.kind !== "leaf") return;
  const call = event.doubt ? frame.call : null;
  if (frame.timer !== null) run.open = remove(run.open, frame.timer);
  putFrame(run, {
    ...frame,
    state: frame.hold === null ? "judging" : "held",
    timer: null,
    key: null,
    call,
    doubt: event.doubt,
    error: event.error,
  });
}

export function changeAttempt(run: Fold, key: number, change: Partial<OpenAttempt>): void {
  const open = get(run.open, key);
  if (open?.type === "attempt") run.open = set(run.open, key, { ...open, ...change });
}

export function changeLeaf(run: Fold, path: Path, change: Partial<LeafFrame>): void {
  const frame = get(run.frames, path);
  if (frame?.kind !== "leaf") return;
  seat(run, { ...frame, ...change });
}

/** The frame leaves its queue and the run. */
export function dropFrame(run: Fold, path: Path): void {
  const frame = get(run.frames, path);
  if (frame === undefined) return;
  unwant(run, frame);
  run.frames = remove(run.frames, path);
}
