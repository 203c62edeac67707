import type { Event, Path } from "../machine/index.ts";
import { get, set } from "../machine/index.ts";
import type { History } from "./history.ts";
import { placeAt, UNDO_PATH } from "./place.ts";

/** What a rollback would undo next, newest first. */
export type Undoable = {
  readonly path: Path;
  /** A sub-run that undoes itself what it did. */
  readonly isSubRun: boolean;
  readonly next: Undoable | null;
};

/** The events of an undo name no step: it is the newest that is not undone yet. */
export function undoStarted(
  history: History,
  { path, attempt }: Extract<Event, { readonly type: "step.started" }>,
): History {
  if (!isUndo(path)) return history;
  let { undoable } = history;
  // Logs from before sub-runs were asked to undo name none.
  if (attempt?.child === undefined) while (undoable?.isSubRun) undoable = undoable.next;
  if (undoable === null) return history;
  return { ...history, undoable, undoes: set(history.undoes, path, undoable.path) };
}

/** However a sub-run has ended, it may have done something that a rollback asks it to undo. */
export function subRunEnded(history: History, path: Path): History {
  if (isUndo(path)) return history;
  return { ...history, undoable: { path, isSubRun: true, next: history.undoable } };
}

/** A step that says how to undo it can be undone from now on; one that was undone is marked. */
export function undoFinished(
  history: History,
  { path, outcome, closes }: Extract<Event, { readonly type: "step.finished" }>,
): History {
  if (isUndo(path)) {
    const after = { ...history, undoable: history.undoable?.next ?? null };
    const undone = get(history.undoes, path);
    return outcome === "completed" && undone !== undefined ? marked(after, undone) : after;
  }
  const { step } = placeAt(history.places, path);
  if (step?.kind === "workflow" && closes !== undefined) return subRunEnded(history, path);
  if (outcome !== "completed" || step?.kind !== "task" || step.compensate === null) return history;
  return { ...history, undoable: { path, isSubRun: false, next: history.undoable } };
}

function marked(history: History, path: Path): History {
  const { path: name } = placeAt(history.places, path);
  const record = get(history.records, name);
  // Of items and of earlier rounds no record is kept.
  if (record?.path !== path) return history;
  return { ...history, records: set(history.records, name, { ...record, undone: true }) };
}

function isUndo(path: Path): boolean {
  return path.startsWith(`${UNDO_PATH}/`);
}
