import type { Key } from "../../../core/machine/index.ts";
import type { Log, Timer } from "../../store/index.ts";
import type { Clock } from "../runtime.ts";
import type { Attempt } from "./attempt.ts";
import { type Deadlines, openDeadlines } from "./deadlines.ts";

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
  /** Serves no rows any more; attempts under way still run out of time. */
  readonly close: () => void;
  /** Nothing rings any more: no timer of ours keeps the process. */
  readonly end: () => void;
};

/** Rows read from the store at once. */
const FIRED_MOST = 1_000;
/** When all that is due is on its way or cannot be told: how long until the store is asked again. */
const AGAIN_MS = 1_000;

export type AlarmsShell = {
  readonly clock: Clock;
  readonly log: Pick<Log, "due" | "nextDue">;
  readonly expire: (attempt: Attempt) => void;
  readonly fire: (timer: Timer) => void;
};

type State = {
  readonly shell: AlarmsShell;
  readonly deadlines: Deadlines<Attempt>;
  /** Fired and not yet on disk, so that no row is fired twice. */
  readonly fired: Set<string>;
  nearestRow: number;
  armedFor: number;
  cancel: (() => void) | null;
  isServing: boolean;
  isEnded: boolean;
};

export function openAlarms(shell: AlarmsShell): Alarms {
  const state: State = {
    shell,
    deadlines: openDeadlines(),
    fired: new Set(),
    nearestRow: Infinity,
    armedFor: Infinity,
    cancel: null,
    isServing: false,
    isEnded: false,
  };
  return {
    arm: (attempt) => {
      state.deadlines.add(attempt);
      rearm(state);
    },
    disarm: (attempt) => state.deadlines.remove(attempt),
    nudge: (due) => {
      if (due >= state.nearestRow) return;
      state.nearestRow = due;
      rearm(state);
    },
    landed: (timer) => {
      state.fired.delete(nameOf(timer));
      if (state.fired.size === 0) lookForNext(state);
    },
    serve: () => {
      state.isServing = true;
      lookForNext(state);
    },
    close: () => {
      state.isServing = false;
      state.cancel?.();
      state.armedFor = Infinity;
      rearm(state);
    },
    end: () => {
      state.isEnded = true;
      state.cancel?.();
    },
  };
}

function lookForNext(state: State): void {
  state.nearestRow = state.shell.log.nextDue() ?? Infinity;
  rearm(state);
}

function rearm(state: State): void {
  const { clock } = state.shell;
  if (state.isEnded) return;
  const nearestRow = state.isServing ? state.nearestRow : Infinity;
  const next = Math.min(state.deadlines.next() ?? Infinity, nearestRow);
  if (next >= state.armedFor) return;
  state.cancel?.();
  state.armedFor = next;
  state.cancel = clock.after(next - clock.now(), () => ring(state));
}

function ring(state: State): void {
  const { clock, expire } = state.shell;
  const now = clock.now();
  state.cancel = null;
  state.armedFor = Infinity;
  const { deadlines } = state;
  for (let late = deadlines.due(now); late !== null; late = deadlines.due(now)) expire(late);
  if (state.isServing && state.nearestRow <= now) fireRows(state, now);
  rearm(state);
}

function fireRows(state: State, now: number): void {
  const { log, fire } = state.shell;
  const rows = log.due(now, FIRED_MOST).filter((row) => !state.fired.has(nameOf(row)));
  for (const row of rows) state.fired.add(nameOf(row));
  for (const row of rows) fire(row);
  state.nearestRow = state.fired.size > 0 ? now + AGAIN_MS : (log.nextDue() ?? Infinity);
}

function nameOf(timer: { readonly stream: string; readonly key: Key }): string {
  return `${timer.stream} ${timer.key}`;
}
