import type { Event, EventType } from "../event.ts";
import type { Fold, Run } from "../run.ts";

/**
 * Watches a run whose author has a rule for `stalled`: nothing has begun or ended for a named time, and
 * the run waits for nobody. A run without such a rule has no `stall` and pays nothing.
 */
export type Stall = {
  /** The timer that looks next; null: nothing has moved since one looked. */
  readonly timer: number | null;
  /** When something last began or ended. */
  readonly movedAt: number;
};

const MOVING: ReadonlySet<EventType> = new Set<EventType>([
  "run.accepted",
  "run.resumed",
  "step.started",
  "step.skipped",
  "step.finished",
  "attempt.started",
  "attempt.begun",
  "attempt.ended",
  "gate.closed",
  "exception.closed",
  "listen.ended",
  "tool.judged",
  "tool.finished",
  "writeback.committed",
]);

/** Fold: of a run that is watched. */
export function foldStall(run: Fold, stall: Stall, event: Event): void {
  if (isMoving(event)) run.stall = { ...stall, movedAt: event.at };
  else if (event.type === "timer.set" && event.why === "stalled")
    run.stall = { ...stall, timer: event.seq };
  else if (event.type === "timer.ended" && event.key === stall.timer)
    run.stall = { ...stall, timer: null };
}

export function stallOf(run: Pick<Run, "workflow">): Stall | undefined {
  return patience(run) === null ? undefined : { timer: null, movedAt: 0 };
}

export function isMoving(event: Event): boolean {
  return MOVING.has(event.type);
}

/** So long without progress is stalled; null: nobody watches. */
export function patience({ workflow }: Pick<Run, "workflow">): number | null {
  return workflow.rules?.find(({ condition }) => condition === "stalled")?.afterMs ?? null;
}
