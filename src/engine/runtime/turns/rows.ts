import { type Event, owed, type Run, type Turn } from "../../../core/machine/index.ts";
import type { Append } from "../../store/index.ts";

export type Rows = Pick<Append, "timersSet" | "timersEnded" | "listensSet" | "listensEnded">;

export const NO_ROWS: Rows = { timersSet: [], timersEnded: [], listensSet: [], listensEnded: [] };

/** Timers and listeners as the store must have them after a decision. */
export function rowsOf(run: Run, events: readonly Event[], turns: readonly Turn[]): Rows {
  const isResumed = events.some((event) => event.type === "run.resumed");
  if (!isResumed && !turns.some(isOfRow)) return NO_ROWS;
  const changed = turns.filter(isOfRow);
  return {
    timersSet: isResumed ? allTimers(run) : changed.flatMap(timerSet),
    timersEnded: changed.flatMap(({ key, was, is }) =>
      dueOf(was) !== null && dueOf(is) === null ? [key] : [],
    ),
    listensSet: changed.flatMap(({ key, was, is }) =>
      is?.type === "listen" && (was?.type !== "listen" || was.after !== is.after)
        ? [{ key, event: is.event, match: is.match, after: is.after }]
        : [],
    ),
    listensEnded: changed.flatMap(({ key, was, is }) =>
      was?.type === "listen" && is?.type !== "listen" ? [key] : [],
    ),
  };
}

function timerSet({ key, was, is }: Turn): Rows["timersSet"] {
  const due = dueOf(is);
  return due === null || due === dueOf(was) ? [] : [{ key, due }];
}

/** A timer that fired while the run was paused has lost its row; on resuming all are written anew. */
function allTimers(run: Run): Rows["timersSet"] {
  return owed(run).flatMap((effect) =>
    effect.type === "timer" ? [{ key: effect.key, due: effect.due }] : [],
  );
}

function isOfRow({ was, is }: Turn): boolean {
  return hasRow(was) || hasRow(is);
}

function hasRow(open: Turn["is"]): boolean {
  return open !== null && ROWED.has(open.type);
}

/** What may be due, or listens. */
const ROWED: ReadonlySet<string> = new Set([
  "timer",
  "listen",
  "gate",
  "task",
  "budget",
  "exception",
]);

function dueOf(open: Turn["is"]): number | null {
  return open !== null && "due" in open ? (open.due ?? null) : null;
}
