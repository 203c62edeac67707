import type { Event, Opening, Path } from "./event.ts";
import { occupy, rewant, unwant, withFrame } from "./places.ts";
import type { LeafFrame, Open, Run } from "./run.ts";
import { get, remove, set } from "./table.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;
export type OpenAttempt = Extract<Open, { type: "attempt" }>;

/** Fold: an attempt opens. It takes a place, keeps the call of the one before, and closes its timer. */
export function opened(run: Run, frame: LeafFrame, event: Opening & { readonly seq: number; readonly fallback?: string }): Run {
  const call = event.call ?? event.seq;
  const fellBack = event.fallback !== undefined;
  const open: OpenAttempt = {
    type: "attempt",
    path: frame.path,
    call,
    attempt: frame.attempts + 1,
    agent: event.agent,
    effects: event.effects,
    begun: false,
    stopping: false,
    repeats: 0,
    child: event.child ?? null,
    definition: event.definition ?? null,
  };
  const next: LeafFrame = {
    ...frame,
    state: "calling",
    key: event.seq,
    call,
    attempts: frame.attempts + 1,
    tries: fellBack ? 1 : frame.tries + 1,
    agent: event.agent,
    effects: event.effects,
    fellBack: frame.fellBack || fellBack,
    timer: null,
  };
  const closed = frame.timer === null ? run.open : remove(run.open, frame.timer);
  const now = withFrame({ ...run, open: set(closed, event.seq, open) }, next);
  return occupy(rewant(now, frame.path), frame.parent, 1);
}

/** Fold: the attempt under this key is no longer in flight; its place is free. What is not answered stays known. */
export function closed(run: Run, key: number, unanswered: boolean): Run {
  const open = get(run.open, key);
  if (open?.type !== "attempt") return run;
  const doubts = unanswered ? set(run.doubts, key, { path: open.path, call: open.call }) : run.doubts;
  const frame = get(run.frames, open.path);
  return occupy({ ...run, open: remove(run.open, key), doubts }, frame?.parent ?? null, -1);
}

export function endedFold(run: Run, event: Of<"attempt.ended">): Run {
  const now = closed(run, event.key, event.outcome === "stopped" || event.error.kind === "timeout" || event.error.kind === "lost");
  const frame = get(now.frames, event.path);
  if (frame?.kind !== "leaf") return now;
  return withFrame(now, {
    ...frame,
    state: "judging",
    key: null,
    call: event.doubt ? frame.call : null,
    doubt: event.doubt,
    error: event.error,
  });
}

export function changed(run: Run, key: number, change: Partial<OpenAttempt>): Run {
  const open = get(run.open, key);
  if (open?.type !== "attempt") return run;
  return { ...run, open: set(run.open, key, { ...open, ...change }) };
}

export function changedLeaf(run: Run, path: Path, change: Partial<LeafFrame>): Run {
  const frame = get(run.frames, path);
  if (frame?.kind !== "leaf") return run;
  return rewant(withFrame(run, { ...frame, ...change }), path);
}

/** The frame leaves its queue and the run. */
export function gone(run: Run, path: Path): Run {
  const frame = get(run.frames, path);
  if (frame === undefined) return run;
  const now = unwant(run, frame);
  return { ...now, frames: remove(now.frames, path) };
}
