import { hold, settle, settledBy, unshort } from "../budget/ledger.ts";
import { currentText } from "../control/moved.ts";
import { isUndo } from "../control/undo.ts";
import type { Event, Opening, Path, TaskOpening } from "../event.ts";
import type { Fold, LeafFrame, Open, OpenTask } from "../run.ts";
import { get, remove, set } from "../tables/table.ts";
import { labelled } from "../uses/run-labels.ts";
import { hasWritten, isWriting } from "../uses/uses.ts";
import { foldUsesClosed, foldUsesGone, writtenOnly } from "../uses/uses-closed.ts";
import { occupy, putFrame, seat, unwant } from "./places.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;
export type OpenAttempt = Extract<Open, { type: "attempt" }>;
type Opened = { readonly seq: number; readonly at: number; readonly fallback?: string };

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
  if (run.ledger !== null) unshort(run, frame.path);
  const held = hold(run, opening, by.at);
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
          ...(held === undefined ? {} : { held }),
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
    ...usesOfNext(frame, fellBack),
  });
  if (task === undefined) occupy(run, frame.parent, 1);
}

/** Another agent is given nothing of what the one before it read. */
function usesOfNext({ uses }: LeafFrame, fellBack: boolean): Pick<LeafFrame, "uses"> {
  if (uses === undefined) return {};
  return { uses: fellBack ? writtenOnly(uses) : { ...uses, count: 0 } };
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
  by: Of<"step.finished"> | Of<"attempt.ended">,
): void {
  const open = get(run.open, key);
  if (open?.type === "task") run.open = remove(run.open, key);
  if (open?.type !== "attempt") return;
  foldUsesClosed(run, open.path);
  run.labels = labelled(run.labels, by.labels);
  if (isUnanswered(by)) unanswered(run, open, key);
  if (run.ledger !== null || by.usage !== undefined || open.held !== undefined)
    settle(run, open, isUnbegun(open) ? { kind: "nothing" } : settledBy(by));
  const wasBegun = by.type === "step.finished" || by.outcome !== "refused";
  if (wasBegun) undoableRun(run, open, key);
  run.open = remove(run.open, key);
  occupy(run, get(run.frames, open.path)?.parent ?? null, -1);
}

function isUnanswered(by: Of<"step.finished"> | Of<"attempt.ended">): boolean {
  return by.unanswered === true || by.outcome === "cancelled";
}

/** Nobody was asked yet: it has used nothing, and nobody will answer. */
function isUnbegun({ effects, begun }: OpenAttempt): boolean {
  return effects === "ask" && !begun;
}

function unanswered(run: Fold, open: OpenAttempt, key: number): void {
  const { path, call, held } = open;
  const isHeld = held !== undefined && !isUnbegun(open);
  run.doubts = set(run.doubts, key, isHeld ? { path, call, held } : { path, call });
}

/** However a sub-run has ended, it may have done something: it is asked itself. */
function undoableRun(run: Fold, { path, child }: OpenAttempt, key: number): void {
  if (child === null || isUndo(path)) return;
  const born = get(run.frames, path)?.born.seq ?? key;
  if (run.undo?.child !== child) run.undo = { path, output: null, child, born, next: run.undo };
}

export function foldEnded(run: Fold, event: Of<"attempt.ended">): void {
  foldClosed(run, event.key, event);
  const frame = get(run.frames, event.path);
  if (frame?.kind !== "leaf") return;
  // What was written, or may be, stands under this call, whatever became of the attempt.
  const isKept = event.doubt || hasWritten(frame) || isWriting(run, frame);
  const call = isKept ? frame.call : null;
  if (frame.timer !== null) run.open = remove(run.open, frame.timer);
  putFrame(run, {
    ...frame,
    state: frame.hold === null ? "judging" : "held",
    timer: null,
    key: null,
    call,
    doubt: event.doubt,
    error: event.error,
    ...(frame.of === null || call !== null ? {} : currentText(run, frame)),
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
  if (frame.kind === "leaf" && frame.uses !== undefined) foldUsesGone(run, frame);
  unwant(run, frame);
  run.frames = remove(run.frames, path);
}
