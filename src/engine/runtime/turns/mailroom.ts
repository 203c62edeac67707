import type { RunId } from "../../../core/id.ts";
import type { Signal } from "../../../core/machine/index.ts";
import type { Attempt } from "../calls/attempt.ts";
import type { Resident, Residents } from "../resident.ts";
import type { Clock } from "../runtime.ts";
import { type Callers, newCallers } from "./callers.ts";
import type { Mail } from "./mail.ts";

/**
 * One mailbox per run, in memory. Whatever arrives before the end of this turn of the event loop is
 * decided together. While a commit is under way the next turn begins only when many runs have mail,
 * so that few commits hold much; a run whose decision is under way is never decided anew.
 */
export type Mailroom = {
  readonly post: (resident: Resident, mail: Mail) => void;
  /** Back to the front, in their old order: they were decided, and it did not count. */
  readonly giveBack: (resident: Resident, mails: readonly Mail[]) => void;
  /** An attempt is not begun after all: what says that it is to begin is decided no more. */
  readonly withdraw: (attempt: Attempt) => void;
  /** Wakes the run if it must. False: there is no such run. Throws `MusterError` when it cannot be folded. */
  readonly postTo: (id: RunId, mail: Mail) => boolean;
  /** Those with mail, as many as a turn takes; none while the disk is given a rest. */
  readonly call: () => readonly Resident[];
  /** What was decided for the run is under way to the disk; its mail waits until it has landed. */
  readonly sent: (resident: Resident) => void;
  readonly landed: (resident: Resident) => void;
  /** A commit was begun. */
  readonly committing: () => void;
  /** A commit has landed, or was refused. */
  readonly committed: () => void;
  /** The turn is over, without a commit: the next may be taken. */
  readonly turnOver: () => void;
  /** The disk refused: no turn is taken for so long. */
  readonly rest: (ms: number) => void;
  /** Commits under way. */
  readonly commits: () => number;
  /** A turn without mail, for what else is to be written. */
  readonly summon: () => void;
  /** Signals that nobody has decided yet. */
  readonly waiting: () => number;
  /** They were taken out of their mailbox. */
  readonly taken: (count: number) => void;
  readonly close: () => void;
};

type State = {
  readonly clock: Clock;
  readonly residents: Residents;
  readonly turn: () => void;
  readonly runsPerTurn: number;
  readonly callers: Callers;
  waiting: number;
  /** A turn is due or being taken. */
  isBusy: boolean;
  isBackingOff: boolean;
  commits: number;
  isClosed: boolean;
};

/**
 * Runs decided in one turn; the others come in the next, so that the event loop is not held long. What
 * so many runs hold is still in the processor's cache when their decisions have landed.
 */
export const RUNS_PER_TURN_MOST = 32;
/** Batches under way at once: those that are there when one is written are written together. */
const COMMITS_AT_ONCE_MOST = 32;
/** With so many under way the disk has enough to do: nothing is begun only to fill a turn. */
const COMMITS_ENOUGH = 5;

type MailroomShell = Pick<State, "clock" | "residents" | "runsPerTurn">;

export function openMailroom(shell: MailroomShell, turn: () => void): Mailroom {
  const { residents } = shell;
  const state = newState(shell, turn);
  return {
    post: (resident, mail) => post(state, resident, mail),
    giveBack: (resident, mails) => {
      resident.mails = [...mails, ...resident.mails];
      state.waiting += mails.length;
      list(state, resident);
    },
    withdraw: (attempt) => withdraw(state, attempt),
    postTo: (id, mail) => {
      const resident = residents.get(id) ?? wokenBy(mail.signal, id, residents);
      if (resident !== null) post(state, resident, mail);
      return resident !== null;
    },
    call: () => (state.isBackingOff ? NOBODY : called(state)),
    sent: (resident) => {
      resident.isUnderWay = true;
    },
    landed: (resident) => {
      resident.isUnderWay = false;
      if (resident.mails.length > 0) list(state, resident);
    },
    committing: () => {
      state.commits += 1;
      turnOver(state);
    },
    committed: () => {
      state.commits -= 1;
      if (state.callers.count() > 0) schedule(state);
    },
    turnOver: () => turnOver(state),
    rest: (ms) => rest(state, ms),
    commits: () => state.commits,
    summon: () => schedule(state),
    waiting: () => state.waiting,
    taken: (count) => {
      state.waiting -= count;
    },
    close: () => {
      state.isClosed = true;
    },
  };
}

function newState(shell: MailroomShell, turn: () => void): State {
  return {
    ...shell,
    turn,
    callers: newCallers(),
    waiting: 0,
    isBusy: false,
    isBackingOff: false,
    commits: 0,
    isClosed: false,
  };
}

/** A sub-run may be asked for again after a crash; any other is started once, but for odd chances. */
function wokenBy(signal: Signal, id: RunId, residents: Residents): Resident | null {
  if (signal.type !== "start") return residents.wake(id, null);
  const { definition, parent } = signal;
  return parent === null ? residents.begin(id, definition) : residents.wake(id, definition);
}

function post(state: State, resident: Resident, mail: Mail): void {
  // A list of one in its own size: that is what most runs have in a turn.
  if (resident.mails.length === 0) resident.mails = [mail];
  else resident.mails.push(mail);
  state.waiting += 1;
  list(state, resident);
}

function withdraw(state: State, { resident, key }: Attempt): void {
  const stay = resident.mails.filter(({ signal }) => signal.type !== "begin" || signal.key !== key);
  state.waiting -= resident.mails.length - stay.length;
  resident.mails = stay;
}

const NOBODY: readonly Resident[] = [];

function list(state: State, resident: Resident): void {
  if (resident.isUnderWay) return;
  if (!resident.isCalled) {
    state.residents.use(resident);
    resident.isCalled = true;
    state.callers.add(resident);
  }
  schedule(state);
}

function schedule(state: State): void {
  if (state.isBusy || state.isBackingOff || state.isClosed || isToWait(state)) return;
  state.isBusy = true;
  state.clock.soon(state.turn);
}

/** For a commit under way to land, unless there is as much to decide as one turn takes. */
function isToWait({ commits, callers, runsPerTurn }: State): boolean {
  if (commits === 0) return false;
  if (commits >= COMMITS_AT_ONCE_MOST) return true;
  return (commits < COMMITS_ENOUGH ? callers.count() : callers.begun()) < runsPerTurn;
}

function turnOver(state: State): void {
  state.isBusy = false;
  if (state.callers.count() > 0) schedule(state);
}

function rest(state: State, ms: number): void {
  if (state.isBackingOff) return;
  state.isBackingOff = true;
  state.clock.after(ms, () => {
    state.isBackingOff = false;
    schedule(state);
  });
}

function called({ callers, runsPerTurn }: State): readonly Resident[] {
  const now = callers.take(runsPerTurn);
  for (const resident of now) resident.isCalled = false;
  return now;
}
