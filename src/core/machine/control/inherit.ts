import type { Block, Choose, Each, Repeat, Step } from "../../definition/index.ts";
import { unreachable } from "../../unreachable.ts";
import { seat } from "../attempts/places.ts";
import type { Path } from "../event.ts";
import { failure } from "../failure.ts";
import { type Child, type EachFrame, type Fold, type Frame, type Item, limiterOf } from "../run.ts";
import { gatheredValue } from "../scope.ts";
import { type Birth, blockFrame, frameOf, leafFrame, needsPlace } from "../steps/born.ts";
import { childPath, workOf } from "../steps/work.ts";
import { emptyQueue, join } from "../tables/queue.ts";
import { put } from "../tables/row.ts";
import { emptyTable, set } from "../tables/table.ts";
import { beforeBeyond } from "./beyond.ts";
import { hasEnded, type Inheritance, type Inherited } from "./inheritance.ts";

/** Fold: the run begins with what its source had. Everything else in it begins anew. */
export function foldForked(run: Fold, inheritance: Inheritance, seq: number): void {
  const lines = new Map(inheritance.steps.map((line) => [line.path, line]));
  const building: Building = { run, lines, seq, expected: 0, done: 0 };
  run.frames = emptyTable();
  run.outputs = emptyTable();
  run.degraded = inheritance.degraded;
  const { root } = run.workflow;
  build(building, root, { path: "", parent: null, at: 0, seq });
  run.work = { done: building.done, expected: workOf(root) + building.expected };
}

type Building = {
  readonly run: Fold;
  readonly lines: ReadonlyMap<Path, Inherited>;
  readonly seq: number;
  /** Pieces of work more than a run begins with, and those that are over. */
  expected: number;
  done: number;
};

/** Puts the frame of a live step, then those below it, as they would have begun one after another. */
function build(building: Building, step: Step, birth: Birth): void {
  const frame = framed(building, step, birth);
  seat(building.run, frame);
  building.done += frame.done;
  building.expected += frame.expected - workOf(step);
  keepOutputs(building, frame);
  for (const [at, child] of childrenIn(frame)) {
    const path = childPath(frame, child, at);
    const line = building.lines.get(path);
    if (line === undefined || hasEnded(line)) continue;
    build(building, child, { path, parent: frame.path, at, seq: building.seq });
  }
}

function framed(building: Building, step: Step, birth: Birth): Frame {
  const line = building.lines.get(birth.path);
  if (line?.state === "doubt") return doubtful(step, birth, line);
  switch (step.kind) {
    case "block":
      return block(building, step, birth);
    case "each":
      return each(building, step, birth);
    case "choose":
      return choose(building, step, birth);
    case "repeat":
      return repeat(building, step, birth);
    case "task":
    case "workflow":
    case "gate":
    case "wait":
      throw new Error(`The fork inherits "${birth.path}" as a step that holds others.`);
    default:
      return unreachable(step);
  }
}

/** It is judged like an answer that nobody can give: a person looks before it is done again. */
function doubtful(step: Step, birth: Birth, { agent, error }: Inherited): Frame {
  if (step.kind !== "task" && step.kind !== "workflow")
    throw new Error(`The fork inherits "${birth.path}" as a call in doubt.`);
  return {
    ...leafFrame(step, birth),
    state: "judging",
    doubt: true,
    effects: "ask",
    agent: agent ?? null,
    error: error ?? failure("lost", "It was in flight where this run was forked."),
  };
}

function block(building: Building, step: Block, birth: Birth): Frame {
  const fresh = blockFrame(step, birth);
  const states = step.steps.map((child) => building.lines.get(childPath(fresh, child, child.slot)));
  const beyond = building.lines.get(birth.path)?.beyond;
  const isOver = (slot: number): boolean => {
    const line = states[slot];
    return line !== undefined && hasEnded(line);
  };
  let { waits, ready, free, live, left, expected, done } = {
    ...fresh,
    waits: emptyTable<number, number>(),
    ready: emptyQueue<number>(),
    free: emptyQueue<number>(),
  };
  for (const child of step.steps) {
    const line = states[child.slot];
    if (line !== undefined && hasEnded(line)) {
      left--;
      const [more, over] = workIn(child, line);
      expected += more - workOf(child);
      done += over;
      continue;
    }
    const before = [...child.after, ...beforeBeyond(beyond, child.slot)];
    const waitsFor = before.filter((slot) => !isOver(slot)).length;
    if (line !== undefined) live = set(live, child.slot, true as const);
    else if (waitsFor > 0) waits = set(waits, child.slot, waitsFor);
    else if (needsPlace(child)) ready = join(ready, child.slot);
    else free = join(free, child.slot);
  }
  const { concurrencyMost } = building.run.workflow.limits;
  const limiter = birth.path === "" ? limiterOf(concurrencyMost) : fresh.limiter;
  const more = beyond === undefined ? {} : { beyond };
  return { ...fresh, waits, ready, free, live, left, expected, done, limiter, ...more };
}

function each(building: Building, step: Each, birth: Birth): EachFrame {
  const { count = 0 } = building.lines.get(birth.path) ?? {};
  const fresh = frameOf(step, startedAt(birth, { count }), birth) as EachFrame;
  let { live, ended, failed, lastError, items, expected, done } = fresh;
  let next = -1;
  let keptTo = 0;
  for (let at = 0; at < count; at++) {
    const line = building.lines.get(childPath(fresh, step.body, at));
    if (line === undefined) {
      if (next < 0) next = at;
      continue;
    }
    keptTo = at + 1;
    if (!hasEnded(line)) {
      live = set(live, at, true as const);
      continue;
    }
    const item = itemOf(line);
    const [more, over] = workIn(step.body, line);
    items = put(items, at, item);
    expected += more - workOf(step.body);
    done += over;
    ended++;
    if (item.outcome === "failed") failed++;
    lastError = item.error ?? lastError;
  }
  next = next < 0 ? count : next;
  return { ...fresh, live, ended, failed, lastError, items, expected, done, next, keptTo };
}

function choose(building: Building, step: Choose, birth: Birth): Frame {
  const { branch = -1 } = building.lines.get(birth.path) ?? {};
  const fresh = frameOf(step, startedAt(birth, { branch }), birth);
  const child = step.branches[branch]?.step;
  if (child === undefined || fresh.kind !== "choose") return fresh;
  const path = childPath(fresh, child, branch);
  const state = onlyChild(building, path);
  if (state.state !== "ended") return { ...fresh, child: state };
  const [expected, done] = workIn(child, building.lines.get(path));
  return { ...fresh, child: state, expected, done };
}

/** The rounds before the one that goes on or has just ended are over. */
function repeat(building: Building, step: Repeat, birth: Birth): Frame {
  const { round = 0 } = building.lines.get(birth.path) ?? {};
  const fresh = frameOf(step, startedAt(birth, {}), birth);
  if (fresh.kind !== "repeat") return fresh;
  const child = onlyChild(building, childPath(fresh, step.body, round));
  let expected = child.state === "live" ? workOf(step.body) : 0;
  let done = 0;
  for (let at = 1; at <= (child.state === "live" ? round - 1 : round); at++) {
    const line = building.lines.get(childPath(fresh, step.body, at));
    const [more, over] = workIn(step.body, line);
    expected += more;
    done += over;
  }
  return { ...fresh, round, child, expected, done };
}

/** The one step below a choose or a repeat. */
function onlyChild({ lines }: Building, path: Path): Child {
  const line = lines.get(path);
  if (line === undefined) return { state: "none" };
  return hasEnded(line) ? { state: "ended", item: itemOf(line) } : { state: "live" };
}

function workIn(
  step: Step,
  line: Inherited | undefined,
): readonly [expected: number, done: number] {
  return line?.work ?? [workOf(step), workOf(step)];
}

function itemOf({ state, output, error }: Inherited): Item {
  if (state === "live" || state === "doubt") throw new Error("An item that goes on has no result.");
  return {
    outcome: state,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}

function startedAt(birth: Birth, more: { readonly count?: number; readonly branch?: number }) {
  return {
    type: "step.started",
    path: birth.path,
    slot: birth.at,
    seq: birth.seq,
    ...more,
  } as const;
}

function childrenIn(frame: Frame): readonly (readonly [number, Step])[] {
  switch (frame.kind) {
    case "block":
      return frame.step.steps.map((child) => [child.slot, child] as const);
    case "each": {
      const { body } = frame.step;
      return Array.from({ length: frame.keptTo ?? 0 }, (_, at) => [at, body] as const);
    }
    case "choose": {
      const child = frame.step.branches[frame.branch]?.step;
      return child === undefined ? [] : [[frame.branch, child]];
    }
    case "repeat":
      return [[frame.round, frame.step.body]];
    case "leaf":
    case "gate":
    case "wait":
      return [];
  }
}

/** What steps gave that have ended directly below a live one, and below them; items and rounds gather their own. */
function keepOutputs(building: Building, frame: Frame): void {
  if (frame.kind === "block") {
    for (const child of frame.step.steps)
      keepOutput(building, child, childPath(frame, child, child.slot));
  } else if (frame.kind === "choose") {
    const child = frame.step.branches[frame.branch]?.step;
    if (child !== undefined) keepOutput(building, child, childPath(frame, child, frame.branch));
  }
}

function keepOutput(building: Building, step: Step, path: Path): void {
  const { run, lines, seq } = building;
  const line = lines.get(path);
  if (line === undefined || !hasEnded(line) || line.state === "skipped") return;
  if (step.kind === "each" && line.state !== "cancelled") {
    const birth = { path, parent: null, at: 0, seq };
    const gathered = gatheredValue(each(building, step, birth));
    run.outputs = set(run.outputs, path, gathered);
  } else if (line.output !== undefined) run.outputs = set(run.outputs, path, line.output);
  if (step.kind === "block")
    for (const child of step.steps)
      keepOutput(building, child, childPath({ kind: "block", path } as Frame, child, child.slot));
  if (step.kind === "choose") {
    const branch = line.branch ?? -1;
    const child = step.branches[branch]?.step;
    if (child !== undefined)
      keepOutput(building, child, childPath({ kind: "choose", path } as Frame, child, branch));
  }
}
