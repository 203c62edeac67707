import type { Block, Each, Step, Workflow } from "../../definition/index.ts";
import type { Digest } from "../../id.ts";
import { MusterError } from "../../problem.ts";
import { putFrame, seat } from "../attempts/places.ts";
import type { Event, Path } from "../event.ts";
import {
  type BlockFrame,
  type Fold,
  type Frame,
  type LeafFrame,
  type Limiter,
  limiterOf,
} from "../run.ts";
import { needsPlace } from "../steps/born.ts";
import { workOf } from "../steps/work.ts";
import { emptyQueue, join } from "../tables/queue.ts";
import { emptyTable, entries, get, set } from "../tables/table.ts";
import { beforeBeyond, movedBeyond } from "./beyond.ts";
import { stallOf } from "./stall.ts";
import { barePath, stepAt } from "./undo.ts";

/**
 * Fold: the run is pinned to another definition, which was checked to fit. What has ended stays as it
 * is; what has begun goes on by the new text, but for a call that was asked in the words of the old
 * one; what has not begun is read anew, and new steps with it.
 */
export function foldMoved(run: Fold, event: Extract<Event, { type: "run.moved" }>): void {
  const next = run.definitions(event.definition);
  if (next === null)
    throw new MusterError({
      code: "corrupt",
      message: `The definition ${event.definition} that ${run.id} was moved to is not there, or cannot be read by this version.`,
      mend: "Restore the folder .muster from a backup, or open it with the version that wrote it.",
    });
  const old = run.workflow;
  if (event.params !== undefined) {
    run.before = { until: event.seq, params: run.params, next: run.before };
    run.params = event.params;
  }
  run.workflow = next;
  const stall = next.rules === undefined ? undefined : stallOf(run);
  if (stall !== undefined && run.stall === undefined) run.stall = { ...stall, movedAt: event.at };
  refit(run, next, old);
}

/** Frames in the order of their paths: whoever holds others stands before them. */
function refit(run: Fold, next: Workflow, old: Workflow): void {
  const frames = [...entries(run.frames)].map(([, frame]) => frame).sort(byPath);
  const busy = busyBelow(run);
  const most = run.limits.concurrencyMost ?? next.limits.concurrencyMost;
  let grown = 0;
  run.frames = emptyTable();
  for (const frame of frames) {
    const moved = refitted(frame, next, old.digest);
    const live = staticGrowth(frames, frame, next);
    const own = growthAhead(frame, moved);
    grown += own;
    const limiter = limiterIn(moved, moved.path === "" ? most : null, busy.get(moved.path) ?? 0);
    const at = slotIn(frame, get(run.frames, frame.parent ?? "")) ?? frame.at;
    putFrame(run, { ...moved, ...limiter, at, expected: frame.expected + own + live } as Frame);
  }
  run.work = { done: run.work.done, expected: run.work.expected + grown };
  for (const { path } of frames) {
    const frame = get(run.frames, path);
    if (frame !== undefined) seat(run, { ...frame });
  }
}

function byPath(one: Frame, other: Frame): number {
  return one.path < other.path ? -1 : 1;
}

function refitted(frame: Frame, next: Workflow, old: Digest): Frame {
  const step = stepAt(next, barePath(frame.path));
  if (step === undefined) return { ...frame, ticket: null };
  switch (frame.kind) {
    case "block":
      return step.kind === "block" ? movedBlock(frame, step) : frame;
    case "leaf":
      if (isAsked(frame)) return { ...frame, ticket: null, of: frame.of ?? old };
      return { ...frame, ticket: null, ...anew(step) } as LeafFrame;
    case "each":
    case "choose":
    case "repeat":
    case "gate":
    case "wait":
      return { ...frame, ticket: null, step } as Frame;
  }
}

/** Somebody was asked in the words of the old text: the same call stays the same, and so does what was approved. */
function isAsked({ call, grant, state }: LeafFrame): boolean {
  return call !== null || grant !== null || KEEPS.has(state);
}

const KEEPS: ReadonlySet<LeafFrame["state"]> = new Set(["approving", "calling", "asking", "short"]);

/** The next call of a step that began by an older text is asked in the words of the new one. */
export function currentText(run: Fold, frame: LeafFrame): Partial<LeafFrame> {
  if (frame.of === null || frame.grant !== null) return {};
  const now = stepAt(run.workflow, barePath(frame.path));
  return now === undefined ? {} : anew(now);
}

/** Whoever did it before: the new text says who does it now. */
function anew(step: Step): Partial<LeafFrame> {
  return { step: step as LeafFrame["step"], of: null, agent: null, fellBack: false };
}

/** The slots of a block stand for other steps now: each is told by its path. */
function movedBlock(frame: BlockFrame, step: Block): BlockFrame {
  const was = statesOf(frame);
  let { waits, ready, free, live, left } = {
    waits: emptyTable<number, number>(),
    ready: emptyQueue<number>(),
    free: emptyQueue<number>(),
    live: emptyTable<number, true>(),
    left: 0,
  };
  const beyond = frame.beyond && movedBeyond(frame.beyond, frame.step, step);
  const hasEnded = (slot: number): boolean => was.get(step.steps[slot]?.path ?? "") === "ended";
  for (const child of step.steps) {
    if (hasEnded(child.slot)) continue;
    left++;
    const before = [...child.after, ...beforeBeyond(beyond, child.slot)];
    const pending = before.filter((slot) => !hasEnded(slot)).length;
    if (was.get(child.path) === "live") live = set(live, child.slot, true as const);
    else if (pending > 0) waits = set(waits, child.slot, pending);
    else if (needsPlace(child)) ready = join(ready, child.slot);
    else free = join(free, child.slot);
  }
  const more = beyond === undefined ? {} : { beyond };
  return { ...frame, ticket: null, step, waits, ready, free, live, left, ...more };
}

export type SlotState = "ahead" | "live" | "ended";

/** Which steps of a live block have begun, and which have ended, by their place in the definition. */
export function statesOf({
  step,
  waits,
  ready,
  free,
  live,
}: BlockFrame): ReadonlyMap<Path, SlotState> {
  const ahead = new Set<number>();
  for (const [slot] of entries(waits)) ahead.add(slot);
  for (const queue of [ready, free]) for (const [, slot] of entries(queue.waiting)) ahead.add(slot);
  const stateOf = (slot: number): SlotState =>
    ahead.has(slot) ? "ahead" : get(live, slot) === true ? "live" : "ended";
  return new Map(step.steps.map((child) => [child.path, stateOf(child.slot)]));
}

function slotIn(frame: Frame, parent: Frame | undefined): number | null {
  if (parent?.kind !== "block" || frame.parent !== parent.path) return null;
  const bare = barePath(frame.path);
  return parent.step.steps.find(({ path }) => path === bare)?.slot ?? null;
}

/** Attempts in flight below each path. */
function busyBelow(run: Fold): ReadonlyMap<Path, number> {
  const busy = new Map<Path, number>();
  for (const [, open] of entries(run.open)) {
    if (open.type !== "attempt") continue;
    let path = get(run.frames, open.path)?.parent ?? null;
    while (path !== null) {
      busy.set(path, (busy.get(path) ?? 0) + 1);
      path = get(run.frames, path)?.parent ?? null;
    }
  }
  return busy;
}

function limiterIn(frame: Frame, run: number | null, busy: number): { limiter?: Limiter } {
  if (frame.kind !== "block" && frame.kind !== "each") return {};
  const limiter = limiterOf(run ?? frame.step.concurrencyMost);
  return { limiter: limiter === null ? null : { ...limiter, busy } };
}

/** Work that is expected more, or less, of what has not begun directly below a step. */
function growthAhead(was: Frame, is: Frame): number {
  if (was.kind === "block" && is.kind === "block") return workAhead(is) - workAhead(was);
  if (was.kind === "each" && is.kind === "each")
    return (was.count - was.next) * (bodyOf(is.step) - bodyOf(was.step));
  if (was.kind === "choose" && is.kind === "choose" && was.child.state === "none")
    return branchOf(is) - branchOf(was);
  if (was.kind === "repeat" && is.kind === "repeat" && was.round === 0)
    return workOf(is.step) - workOf(was.step);
  return 0;
}

function workAhead(frame: BlockFrame): number {
  const states = statesOf(frame);
  return frame.step.steps
    .filter(({ path }) => states.get(path) === "ahead")
    .reduce((sum, child) => sum + workOf(child), 0);
}

function bodyOf({ body }: Each): number {
  return workOf(body);
}

function branchOf({ step, branch }: Extract<Frame, { kind: "choose" }>): number {
  const chosen = step.branches[branch]?.step;
  return chosen === undefined ? 0 : workOf(chosen);
}

/** What its live steps were expected to be before they began; how they have grown is counted at their end. */
function staticGrowth(frames: readonly Frame[], { path }: Frame, next: Workflow): number {
  return frames
    .filter(({ parent }) => parent === path)
    .reduce((sum, child) => sum + difference(child.step, stepAt(next, barePath(child.path))), 0);
}

function difference(was: Step, is: Step | undefined): number {
  return is === undefined ? 0 : workOf(is) - workOf(was);
}
