import type { Key } from "../../core/machine/index.ts";
import type { Log, Timer } from "../store/index.ts";
import type { Attempt } from "./attempt.ts";
import { openDeadlines } from "./deadlines.ts";
import type { Clock } from "./runtime.ts";

/** One timer of the process, for the nearest of all: attempts that run out of time, and the rows in the store. */
export type Alarms = {
  readonly arm: (attempt: Attempt) => void;
  readonly disarm: (attempt: Attempt) => void;
  /** A row with this moment was written. */
  readonly nudge: (due: number) => void;
  /** What was fired is on disk. */
  readonly landed: (timer: Timer) => void;
  /** Serves the rows in the store, those that are overdue first. */
  readonly serve: () => void;
  readonly close: () => void;
};

/** Rows read from the store at once. */
const FIRED_MOST = 1_000;
/** When all that is due is on its way or cannot be told: how long until the store is asked again. */
const AGAIN_MS = 1_000;

export function openAlarms(shell: {
  readonly clock: Clock;
  readonly log: Pick<Log, "due" | "nextDue">;
  readonly expire: (attempt: Attempt) => void;
  readonly fire: (timer: Timer) => void;
}): Alarms {
  const { clock, log } = shell;
  const deadlines = openDeadlines<Attempt>();
  /** Fired and not yet on disk, so that no row is fired twice. */
  const fired = new Set<string>();
  let nearestRow = Infinity;
  let armedFor = Infinity;
  let cancel: (() => void) | null = null;
  let isServing = false;

  const rearm = (): void => {
    const next = Math.min(deadlines.next() ?? Infinity, isServing ? nearestRow : Infinity);
    if (next >= armedFor || next === Infinity) return;
    cancel?.();
    armedFor = next;
    cancel = clock.after(next - clock.now(), ring);
  };

  const ring = (): void => {
    cancel = null;
    armedFor = Infinity;
    const now = clock.now();
    for (let late = deadlines.due(now); late !== null; late = deadlines.due(now))
      shell.expire(late);
    if (isServing && nearestRow <= now) fireRows(now);
    rearm();
  };

  const fireRows = (now: number): void => {
    const rows = log.due(now, FIRED_MOST).filter((row) => !fired.has(nameOf(row)));
    for (const row of rows) fired.add(nameOf(row));
    for (const row of rows) shell.fire(row);
    if (fired.size > 0) nearestRow = now + AGAIN_MS;
    else nearestRow = log.nextDue() ?? Infinity;
  };

  return {
    arm: (attempt) => {
      deadlines.add(attempt);
      rearm();
    },
    disarm: (attempt) => deadlines.remove(attempt),
    nudge: (due) => {
      if (due >= nearestRow) return;
      nearestRow = due;
      rearm();
    },
    landed: (timer) => {
      fired.delete(nameOf(timer));
      if (fired.size > 0) return;
      nearestRow = log.nextDue() ?? Infinity;
      rearm();
    },
    serve: () => {
      isServing = true;
      nearestRow = log.nextDue() ?? Infinity;
      rearm();
    },
    close: () => {
      isServing = false;
      cancel?.();
      cancel = null;
    },
  };
}

function nameOf(timer: { readonly stream: string; readonly key: Key }): string {
  return `${timer.stream} ${timer.key}`;
}
