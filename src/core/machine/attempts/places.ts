import { isStuck } from "../budget/ledger.ts";
import type { Path } from "../event.ts";
import type { ChooseFrame, Fold, Frame, Limiter, RepeatFrame, Run, Ticket } from "../run.ts";
import { needsPlace } from "../steps/born.ts";
import { first, join, leave, type Queue } from "../tables/queue.ts";
import { get, set } from "../tables/table.ts";

/**
 * Places: how many attempts may be in flight below the run, a phase, an `each`. Every limit on the
 * way up counts, so the least wins. Who wants a place stands in the queue of the nearest limit above;
 * a limit that has a free place and somebody waiting stands itself in the queue of the next one up.
 * What waits for a person or a timer is in no queue and holds no place.
 */

/** Who is to take the next free place of the run, or null: nobody wants one, or none is free. */
export function nextForPlace(run: Run): Frame | null {
  if (run.phase !== "running") return null;
  if (run.ledger !== null && isStuck(run.ledger)) return null;
  let frame = get(run.frames, "");
  while (frame !== undefined) {
    const limiter = limiterIn(frame);
    if (limiter === null) return frame;
    if (limiter.busy >= limiter.most) return null;
    const next = first(limiter.first);
    const own = ownWant(frame);
    if (next === undefined && own === "first") return frame;
    const path = next ?? first(limiter.later);
    if (path === undefined) return own === null ? null : frame;
    frame = get(run.frames, path);
  }
  return null;
}

export function putFrame(run: Fold, frame: Frame): void {
  run.frames = set(run.frames, frame.path, frame);
}

/**
 * Puts a frame that the caller has just made and nobody else holds. It joins or leaves the queue
 * above, as it now wants; and so on up, where a limit's own wish changed.
 */
export function seat(run: Fold, frame: Frame): void {
  const want = frame.parent === null ? null : wantOf(frame);
  if (frame.parent === null || want === (frame.ticket?.in ?? null)) putFrame(run, frame);
  else queued(run, frame, want);
}

/** Goes to the end of its queue: the others come first now. */
export function rotate(run: Fold, path: Path): void {
  const frame = get(run.frames, path);
  if (frame === undefined || frame.ticket === null || isAlone(run, frame)) return;
  queued(run, { ...frame }, frame.ticket.in);
}

/** Leaves every queue: the frame is about to end. */
export function unwant(run: Fold, frame: Frame): void {
  if (frame.ticket !== null) queued(run, { ...frame }, null);
}

/** One attempt more or less below a path: all limits on the way up count it. */
export function occupy(run: Fold, from: Path | null, by: 1 | -1): void {
  for (let path = from; path !== null; ) {
    const frame = get(run.frames, path);
    if (frame === undefined) return;
    const limiter = limiterIn(frame);
    if (limiter !== null)
      seat(run, { ...frame, limiter: { ...limiter, busy: limiter.busy + by } } as Frame);
    path = frame.parent;
  }
}

/** Whether one more attempt may be in flight below this path. */
export function hasPlace(run: Run, from: Path | null): boolean {
  for (let path = from; path !== null; ) {
    const frame = get(run.frames, path);
    if (frame === undefined) return true;
    const limiter = limiterIn(frame);
    if (limiter !== null && limiter.busy >= limiter.most) return false;
    path = frame.parent;
  }
  return true;
}

/** The frame is the caller's own, as in `seat`: it is given its ticket in place. */
function queued(run: Fold, frame: Frame, want: Ticket["in"] | null): void {
  const above = limitAbove(run, frame);
  const limiter = above === null ? null : limiterIn(above);
  if (above === null || limiter === null) return putFrame(run, frame);
  let next: NonNullable<Limiter> = limiter;
  if (frame.ticket !== null) {
    const which = frame.ticket.in;
    next = { ...next, [which]: leave(next[which], frame.ticket.number) };
  }
  (frame as { ticket: Frame["ticket"] }).ticket =
    want === null ? null : { in: want, number: next[want].tail };
  if (want !== null) next = { ...next, [want]: join(next[want] as Queue<Path>, frame.path) };
  putFrame(run, frame);
  seat(run, { ...above, limiter: next } as Frame);
}

function isAlone(run: Run, frame: Frame): boolean {
  const above = limitAbove(run, frame);
  const limiter = above === null ? null : limiterIn(above);
  return limiter === null || frame.ticket === null || limiter[frame.ticket.in].waiting.size === 1;
}

function limitAbove(run: Run, frame: Frame): Frame | null {
  for (let path = frame.parent; path !== null; ) {
    const above = get(run.frames, path);
    if (above === undefined) return null;
    if (limiterIn(above) !== null) return above;
    path = above.parent;
  }
  return null;
}

function wantOf(frame: Frame): Ticket["in"] | null {
  const limiter = limiterIn(frame);
  const own = ownWant(frame);
  if (limiter === null) return own;
  if (limiter.busy >= limiter.most) return null;
  if (own === "first" || limiter.first.waiting.size > 0) return "first";
  return own ?? (limiter.later.waiting.size > 0 ? "later" : null);
}

/** Its own children to begin, or itself to go on: without what waits below it. */
function ownWant(frame: Frame): Ticket["in"] | null {
  if (frame.stopping !== null) return null;
  // A block of which a step has failed ends: nothing new in it begins.
  if (frame.kind === "block")
    return frame.broken === null && frame.ready.waiting.size > 0 ? "first" : null;
  if (frame.kind === "each") return frame.next < frame.count ? "later" : null;
  if (frame.kind === "choose" || frame.kind === "repeat") return wantsNext(frame) ? "first" : null;
  return frame.kind === "leaf" && frame.state === "ready" ? "first" : null;
}

/** Its branch or its next round is to begin, and needs a place: one whose round has ended and that lives goes on. */
function wantsNext(frame: ChooseFrame | RepeatFrame): boolean {
  if (frame.kind === "repeat") return frame.child.state !== "live" && needsPlace(frame.step.body);
  const step = frame.step.branches[frame.branch]?.step;
  return frame.child.state === "none" && step !== undefined && needsPlace(step);
}

function limiterIn(frame: Frame): Limiter {
  return frame.kind === "block" || frame.kind === "each" ? frame.limiter : null;
}
