import type { Step } from "../../definition/index.ts";
import { dropFrame, foldClosed, foldOpened } from "../attempts/attempt.ts";
import { putFrame, rotate, seat } from "../attempts/places.ts";
import { unshort } from "../budget/ledger.ts";
import { waitingBeyond } from "../control/beyond.ts";
import { isUndo, undoStep, useUndoStep } from "../control/undo.ts";
import type { Event, Path } from "../event.ts";
import { failure } from "../failure.ts";
import { openedGate } from "../people/of-gates.ts";
import {
  type BlockFrame,
  type Child,
  type EachFrame,
  type Fold,
  type Frame,
  type Item,
  type LeafFrame,
  type Open,
  type Run,
  subscriptionOf,
  type Value,
} from "../run.ts";
import { childrenOf, gatheredValue } from "../scope.ts";
import { join, leave } from "../tables/queue.ts";
import { at, put } from "../tables/row.ts";
import { get, remove, set } from "../tables/table.ts";
import { frameOf, leafFrame, needsPlace } from "./born.ts";
import { childPath, childStep, workOf } from "./work.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/** Fold: a step begins. Its parent counts it as live, its frame is born, what it asks is open. */
export function foldStarted(run: Fold, event: Of<"step.started">): void {
  if (isUndo(event.path)) return undoStarted(run, event);
  const path = parentPath(event.path);
  const parent = get(run.frames, path);
  if (parent === undefined) return;
  const at = event.slot;
  const step = childStep(parent, at);
  const frame = frameOf(step, event, { path: event.path, parent: path, at, seq: event.seq });
  const more = growth(parent, frame, at);
  if (more !== 0) run.work = { done: run.work.done, expected: run.work.expected + more };
  seat(run, begun(parent, step, at));
  rotate(run, path);
  asked(run, frame, event);
}

/** Fold: a step is left out. Those that wait for it need wait no longer. */
export function foldSkipped(run: Fold, event: Of<"step.skipped">): void {
  const path = parentPath(event.path);
  const parent = get(run.frames, path);
  if (parent === undefined) return;
  const step = childStep(parent, event.slot);
  const work = workOf(step);
  run.work = { expected: run.work.expected, done: run.work.done + work };
  const left = ended(begun(parent, step, event.slot), {
    step,
    at: event.slot,
    item: { outcome: "skipped" },
    work,
    grown: 0,
  });
  seat(run, left);
  rotate(run, path);
}

/** Fold: a step has ended. Its frame goes, what it gave stays, its parent counts it. */
export function foldFinished(run: Fold, event: Of<"step.finished">): void {
  const frame = get(run.frames, event.path);
  if (frame === undefined) return;
  if (event.closes !== undefined) foldClosed(run, event.closes, event);
  if (run.ledger !== null) unshort(run, event.path);
  dropFrame(run, frame.path);
  closeAsked(run, frame);
  const work = workDone(frame, event);
  run.work = { expected: run.work.expected, done: run.work.done + work - frame.done };
  if (event.outcome === "degraded") run.degraded++;
  if (isBody(frame.path)) forget(run, frame);
  const gave = valueGiven(frame, event);
  const parent = frame.parent === null ? undefined : get(run.frames, frame.parent);
  if (gave !== null && parent !== undefined && parent.kind !== "each" && parent.kind !== "repeat")
    run.outputs = set(run.outputs, frame.path, gave);
  if (frame.kind === "leaf") undoable(run, frame, event);
  if (parent === undefined) return;
  const grown = frame.expected - workOf(frame.step);
  const { step, at } = frame;
  seat(run, ended(parent, { step, at, item: itemOf(event, gave), work, grown }));
}

/** What failed or was cancelled has done what the steps in it have done, and itself nothing. */
export function workDone(frame: Frame, { outcome }: Of<"step.finished">): number {
  return outcome === "completed" || outcome === "degraded" ? frame.expected : frame.done;
}

/** "a/b[3]/c" is below "a/b[3]", that below "a/b", that below "a", that below "". */
export function parentPath(path: Path): Path {
  const end = path.charCodeAt(path.length - 1);
  const at =
    end === 93
      ? path.lastIndexOf("[")
      : end === 125
        ? path.lastIndexOf("{")
        : path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

function begun(parent: Frame, step: Step, at: number): Frame {
  switch (parent.kind) {
    case "block": {
      const live = set(parent.live, at, true as const);
      if (needsPlace(step))
        return { ...parent, live, ready: leave(parent.ready, parent.ready.head) };
      return { ...parent, live, free: leave(parent.free, parent.free.head) };
    }
    case "each":
      return { ...parent, next: nextItem(parent, at), live: set(parent.live, at, true as const) };
    case "choose":
      return { ...parent, child: { state: "live" } };
    case "repeat": {
      const expected = parent.expected + (at > 1 ? workOf(step) : 0);
      return { ...parent, round: at, child: { state: "live" }, expected };
    }
    case "leaf":
    case "gate":
    case "wait":
      return parent;
  }
}

/** In a fork some items behind this one have begun or ended already. */
function nextItem({ items, live, keptTo = 0 }: EachFrame, item: number): number {
  let next = item + 1;
  while (next < keptTo && (get(live, next) !== undefined || at(items, next) !== undefined)) next++;
  return next;
}

type Ended = {
  readonly step: Step;
  readonly at: number;
  readonly item: Item;
  /** Pieces of work it has done, and how many more than expected before it began. */
  readonly work: number;
  readonly grown: number;
};

function ended(parent: Frame, child: Ended): Frame {
  const { at, item } = child;
  const over: Child = { state: "ended", item };
  const expected = parent.expected + child.grown;
  const done = parent.done + child.work;
  switch (parent.kind) {
    case "block":
      return endedInBlock(parent, child);
    case "each": {
      const failed = parent.failed + (item.outcome === "failed" ? 1 : 0);
      const lastError = item.error ?? parent.lastError;
      const items = put(parent.items, at, item);
      return {
        ...parent,
        expected,
        done,
        live: remove(parent.live, at),
        ended: parent.ended + 1,
        failed,
        lastError,
        items,
      };
    }
    case "choose":
    case "repeat":
      return { ...parent, expected, done, child: over };
    case "leaf":
    case "gate":
    case "wait":
      return parent;
  }
}

/** The siblings that waited for this step wait for one less; who waits for nobody is ready. */
function endedInBlock(parent: BlockFrame, { step, at, item, work, grown }: Ended): BlockFrame {
  let { waits, ready, free, broken } = parent;
  // The text of a step may be older than its block's, where the run was moved.
  const next = (parent.step.steps[at] ?? step).before;
  const beyond = waitingBeyond(parent.beyond, at);
  const before = beyond.length === 0 ? next : [...next, ...beyond];
  const isBad = item.outcome === "failed" || item.outcome === "cancelled";
  if (isBad) broken ??= item.error ?? failure("cancelled", "A step of it was cancelled.");
  for (const slot of isBad ? NOBODY : before) {
    const count = get(waits, slot);
    // In a run that was moved it may have begun before this one was put before it.
    if (count === undefined) continue;
    const left = count - 1;
    if (left > 0) {
      waits = set(waits, slot, left);
      continue;
    }
    waits = remove(waits, slot);
    const sibling = parent.step.steps[slot];
    if (sibling !== undefined && needsPlace(sibling)) ready = join(ready, slot);
    else free = join(free, slot);
  }
  return {
    ...parent,
    expected: parent.expected + grown,
    done: parent.done + work,
    live: remove(parent.live, at),
    left: parent.left - 1,
    waits,
    ready,
    free,
    broken,
  };
}

const NOBODY: readonly number[] = [];

/** The frame is put, and what it asks of the world is open. */
function asked(run: Fold, frame: Frame, event: Of<"step.started">): void {
  const { path } = frame;
  const key = event.seq;
  if (frame.kind === "leaf" && event.attempt !== undefined)
    return foldOpened(run, frame, { opening: event.attempt, by: event });
  if (event.gate !== undefined) {
    run.open = set(run.open, key, openedGate(path, event.gate));
    putFrame(run, frame.kind === "leaf" ? { ...frame, state: "approving", key } : frame);
  } else if (frame.kind === "wait") {
    run.open = set(run.open, key, waitOpened(run, event));
    putFrame(run, frame);
  } else seat(run, frame);
}

function waitOpened(run: Run, { path, listen, due }: Of<"step.started">): Open {
  if (listen === undefined) return { type: "timer", path, due: due ?? 0, why: "wait" };
  const { event, key: match } = listen;
  const after = get(run.taken, subscriptionOf({ event, match })) ?? 0;
  return { type: "listen", path, event, match, after, due: due ?? null };
}

/** Timers, gates and listens of a step that has ended would wake the run for nothing. */
function closeAsked(run: Fold, frame: Frame): void {
  if (frame.timer !== null) run.open = remove(run.open, frame.timer);
  if (frame.kind === "gate" || frame.kind === "wait") run.open = remove(run.open, frame.key);
  if (frame.kind !== "leaf") return;
  if (KEYED.has(frame.state) && frame.key !== null) run.open = remove(run.open, frame.key);
  if (frame.exception !== null) run.open = remove(run.open, frame.exception);
  if (frame.hold !== null) run.open = remove(run.open, frame.hold);
}

/** In these states the frame's key is of what waits, and of no attempt. */
const KEYED: ReadonlySet<LeafFrame["state"]> = new Set(["approving", "asking", "short"]);

function valueGiven(frame: Frame, event: Of<"step.finished">): Value | null {
  if (frame.kind !== "each" || event.outcome === "cancelled") return event.output ?? null;
  return gatheredValue(frame);
}

function itemOf(event: Of<"step.finished">, gave: Value | null): Item {
  const { outcome, error } = event;
  const output = event.output ?? (gave !== null && !("items" in gave) ? gave : undefined);
  if (error !== undefined)
    return output === undefined ? { outcome, error } : { outcome, output, error };
  return output === undefined ? { outcome } : { outcome, output };
}

/** What steps inside an item or a round gave is known only inside; its own result is kept. */
function forget(run: Fold, frame: Frame): void {
  const inside = (step: Step, path: Path): void => {
    for (const child of childrenOf(step)) {
      const below = childPath({ kind: step.kind, path } as Frame, child, child.slot);
      run.outputs = remove(run.outputs, below);
      if (child.kind === "block" || child.kind === "choose") inside(child, below);
    }
  };
  if (frame.step.kind === "block" || frame.step.kind === "choose") inside(frame.step, frame.path);
}

function isBody(path: Path): boolean {
  const end = path.charCodeAt(path.length - 1);
  return end === 93 || end === 125;
}

/** A step that did something and says how to undo it is remembered, newest first; an undo is forgotten when done. */
function undoable(run: Fold, frame: LeafFrame, event: Of<"step.finished">): void {
  if (frame.undoes !== null) {
    run.undo = run.undo?.next ?? null;
    run.undone++;
  } else if (
    frame.step.kind === "task" &&
    frame.step.compensate !== null &&
    event.outcome === "completed"
  ) {
    const { path, born } = frame;
    const output = event.output ?? null;
    run.undo = { path, output, child: null, born: born.seq, next: run.undo };
  }
}

/** An `each` that has begun knows how many items there are, a `choose` its branch, a `repeat` one more round. */
function growth(parent: Frame, frame: Frame, at: number): number {
  const round = parent.kind === "repeat" && at > 1 ? workOf(frame.step) : 0;
  return frame.expected - workOf(frame.step) + round;
}

/** An undo stands outside the blocks: it takes no place and is no part of the progress. */
function undoStarted(run: Fold, event: Of<"step.started">): void {
  // Logs from before sub-runs were asked to undo name none.
  if (event.attempt?.child === undefined)
    while (run.undo !== null && run.undo.child !== null) run.undo = run.undo.next;
  const { undo } = run;
  if (undo === null) return;
  const step =
    undo.use === undefined
      ? undoStep(run.workflow, undo.path)
      : useUndoStep(run.workflow, undo.path, undo.use);
  const birth = { path: event.path, parent: null, at: event.slot, seq: event.seq };
  const frame = { ...leafFrame(step, birth), expected: 0, undoes: undo.path };
  if (event.attempt === undefined) putFrame(run, frame);
  else foldOpened(run, frame, { opening: event.attempt, by: event });
}
