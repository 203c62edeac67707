import type { Step } from "../definition/index.ts";
import { closed, gone, opened } from "./attempt.ts";
import { commonOf, leafFrame } from "./born.ts";
import { failure } from "./failure.ts";
import { frameOf, needsPlace } from "./born.ts";
import type { Event, Path } from "./event.ts";
import { rewant, rotate, withFrame } from "./places.ts";
import { join, leave } from "./queue.ts";
import { put } from "./row.ts";
import type { BlockFrame, Child, Frame, Item, LeafFrame, Run, Value } from "./run.ts";
import { get, remove, set } from "./table.ts";
import { childrenOf } from "./scope.ts";
import { isUndo, undoStep } from "./undo.ts";
import { childPath, childStep, workOf } from "./work.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/** Fold: a step begins. Its parent counts it as live, its frame is born, what it asks is open. */
export function startedFold(run: Run, event: Of<"step.started">): Run {
  if (isUndo(event.path)) return undoStarted(run, event);
  const path = parentPath(event.path);
  const parent = get(run.frames, path);
  if (parent === undefined) return run;
  const step = childStep(parent, event.slot);
  const frame = frameOf(step, event, { path: event.path, parent: path, at: event.slot, seq: event.seq });
  let now = withFrame(run, begun(parent, step, event.slot));
  now = withFrame({ ...now, work: grown(run, { parent, frame, at: event.slot }) }, frame);
  now = rotate(rewant(now, path), path);
  return asked(now, frame, event);
}

/** Fold: a step is left out. Those that wait for it need wait no longer. */
export function skippedFold(run: Run, event: Of<"step.skipped">): Run {
  const path = parentPath(event.path);
  const parent = get(run.frames, path);
  if (parent === undefined) return run;
  const step = childStep(parent, event.slot);
  const work = { expected: run.work.expected, done: run.work.done + workOf(step) };
  const left = ended(begun(parent, step, event.slot), { step, at: event.slot, item: { outcome: "skipped" } });
  const counted: Frame = { ...left, done: left.done + workOf(step) };
  return rotate(rewant(withFrame({ ...run, work }, counted), path), path);
}

/** Fold: a step has ended. Its frame goes, what it gave stays, its parent counts it. */
export function finishedFold(run: Run, event: Of<"step.finished">): Run {
  const frame = get(run.frames, event.path);
  if (frame === undefined) return run;
  let now = event.closes === undefined ? run : closed(run, event.closes, event.outcome === "cancelled");
  now = cleared(gone(now, frame.path), frame);
  const gave = valueGiven(frame, event);
  const rest = frame.expected - frame.done;
  now = { ...now, work: { expected: now.work.expected, done: now.work.done + rest }, degraded: now.degraded + (event.outcome === "degraded" ? 1 : 0) };
  if (isBody(frame.path)) now = { ...now, outputs: forgotten(now, frame) };
  const parent = frame.parent === null ? undefined : get(now.frames, frame.parent);
  if (gave !== null && parent?.kind !== "each") now = { ...now, outputs: set(now.outputs, frame.path, gave) };
  if (frame.kind === "leaf") now = undoable(now, frame, event);
  if (parent === undefined) return now;
  const item = itemOf(event, gave);
  const grownBy = frame.expected - workOf(frame.step);
  const after = ended(parent, { step: frame.step, at: frame.at, item });
  const counted = { ...after, expected: after.expected + grownBy, done: after.done + frame.expected } as Frame;
  return rewant(withFrame(now, counted), parent.path);
}

/** "a/b[3]/c" is below "a/b[3]", that below "a/b", that below "a", that below "". */
export function parentPath(path: Path): Path {
  const end = path.at(-1);
  const at = end === "]" ? path.lastIndexOf("[") : end === "}" ? path.lastIndexOf("{") : path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

function begun(parent: Frame, step: Step, at: number): Frame {
  switch (parent.kind) {
    case "block": {
      const queue = needsPlace(step) ? "ready" : "free";
      return { ...parent, [queue]: leave(parent[queue], parent[queue].head), live: set(parent.live, at, true as const) };
    }
    case "each":
      return { ...parent, next: at + 1, live: set(parent.live, at, true as const) };
    case "choose":
      return { ...parent, child: { state: "live" } };
    case "repeat":
      return { ...parent, round: at, child: { state: "live" }, expected: parent.expected + (at > 1 ? workOf(step) : 0) };
    default:
      return parent;
  }
}

function ended(parent: Frame, child: { step: Step; at: number; item: Item }): Frame {
  const { at, item } = child;
  const over: Child = { state: "ended", item };
  switch (parent.kind) {
    case "block": {
      const next = { ...parent, live: remove(parent.live, at), left: parent.left - 1 };
      if (item.outcome !== "failed" && item.outcome !== "cancelled") return released(next, child.step);
      return { ...next, broken: parent.broken ?? item.error ?? failure("cancelled", "A step of it was cancelled.") };
    }
    case "each": {
      const failed = item.outcome === "failed" ? 1 : 0;
      const lastError = item.error ?? parent.lastError;
      return { ...parent, live: remove(parent.live, at), ended: parent.ended + 1, failed: parent.failed + failed, lastError, items: put(parent.items, at, item) };
    }
    case "choose":
    case "repeat":
      return { ...parent, child: over };
    default:
      return parent;
  }
}

/** The siblings that waited for this step wait for one less; who waits for nobody is ready. */
function released(frame: BlockFrame, step: Step): BlockFrame {
  let { waits, ready, free } = frame;
  for (const slot of step.before) {
    const left = (get(waits, slot) ?? 1) - 1;
    if (left > 0) {
      waits = set(waits, slot, left);
      continue;
    }
    waits = remove(waits, slot);
    const sibling = frame.step.steps[slot];
    if (sibling !== undefined && needsPlace(sibling)) ready = join(ready, slot);
    else free = join(free, slot);
  }
  return { ...frame, waits, ready, free };
}

function asked(run: Run, frame: Frame, event: Of<"step.started">): Run {
  const { path } = frame;
  const key = event.seq;
  if (frame.kind === "leaf" && event.attempt !== undefined) return opened(run, frame, { ...event.attempt, seq: key });
  if (event.gate !== undefined) {
    const open = set(run.open, key, { type: "gate", path, gate: event.gate, due: event.gate.due ?? null, votes: [] });
    const now: Run = { ...run, open };
    return frame.kind === "leaf" ? rewant(withFrame(now, { ...frame, state: "approving", key }), path) : now;
  }
  if (frame.kind === "wait" && event.listen !== undefined) {
    const { event: name, key: match } = event.listen;
    return { ...run, open: set(run.open, key, { type: "listen", path, event: name, match, due: event.due ?? null }) };
  }
  if (frame.kind === "wait") return { ...run, open: set(run.open, key, { type: "timer", path, due: event.due ?? 0, why: "wait" }) };
  return rewant(run, path);
}

/** Timers, gates and listens of a step that has ended would wake the run for nothing. */
function cleared(run: Run, frame: Frame): Run {
  let open = run.open;
  if (frame.timer !== null) open = remove(open, frame.timer);
  if (frame.kind === "gate" || frame.kind === "wait") open = remove(open, frame.key);
  if (frame.kind === "leaf" && frame.state === "approving" && frame.key !== null) open = remove(open, frame.key);
  if (frame.kind === "leaf" && frame.exception !== null) open = remove(open, frame.exception);
  return open === run.open ? run : { ...run, open };
}

function valueGiven(frame: Frame, event: Of<"step.finished">): Value | null {
  if (frame.kind === "each" && event.outcome !== "cancelled") {
    const fields = "outputs" in frame.step.body ? Object.keys(frame.step.body.outputs.fields) : [];
    return { items: frame.items, fields };
  }
  return event.output ?? null;
}

function itemOf(event: Of<"step.finished">, gave: Value | null): Item {
  const output = event.output ?? (gave !== null && !("items" in gave) ? gave : undefined);
  return {
    outcome: event.outcome,
    ...(output === undefined ? {} : { output }),
    ...(event.error === undefined ? {} : { error: event.error }),
  };
}

/** What steps inside an item or a round gave is known only inside; its own result is kept. */
function forgotten(run: Run, frame: Frame): Run["outputs"] {
  let outputs = run.outputs;
  const inside = (step: Step, path: Path): void => {
    for (const child of childrenOf(step)) {
      const below = childPath({ ...frame, path, kind: "block" } as Frame, child, child.slot);
      outputs = remove(outputs, below);
      if (child.kind === "block" || child.kind === "choose") inside(child, below);
    }
  };
  if (frame.step.kind === "block" || frame.step.kind === "choose") inside(frame.step, frame.path);
  return outputs;
}

function isBody(path: Path): boolean {
  const end = path.at(-1);
  return end === "]" || end === "}";
}

/** A step that did something and says how to undo it is remembered, newest first; an undo is forgotten when done. */
function undoable(run: Run, frame: Extract<Frame, { kind: "leaf" }>, event: Of<"step.finished">): Run {
  if (frame.undoes !== null) return { ...run, undo: run.undo?.next ?? null, undone: run.undone + 1 };
  if (frame.step.kind !== "task" || frame.step.compensate === null || event.outcome !== "completed") return run;
  return { ...run, undo: { path: frame.path, output: event.output ?? null, next: run.undo } };
}

/** An `each` that has begun knows how many items there are, a `choose` its branch, a `repeat` one more round. */
function grown(run: Run, birth: { parent: Frame; frame: Frame; at: number }): Run["work"] {
  const { parent, frame, at } = birth;
  const more = frame.expected - workOf(frame.step) + (parent.kind === "repeat" && at > 1 ? workOf(frame.step) : 0);
  return more === 0 ? run.work : { done: run.work.done, expected: run.work.expected + more };
}

/** An undo stands outside the blocks: it takes no place and is no part of the progress. */
function undoStarted(run: Run, event: Of<"step.started">): Run {
  const undo = run.undo;
  if (undo === null) return run;
  const step = undoStep(run.workflow, undo.path);
  const common = commonOf(step, { path: event.path, parent: null, at: event.slot, seq: event.seq });
  const frame: LeafFrame = { ...leafFrame(step, { ...common, expected: 0 }), undoes: undo.path };
  return asked(withFrame(run, frame), frame, event);
}
