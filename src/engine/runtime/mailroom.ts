import type { RunId } from "../../core/id.ts";
import type { Signal } from "../../core/machine/index.ts";
import type { Attempt } from "./attempt.ts";
import type { Mail } from "./mail.ts";
import type { Resident, Residents } from "./resident.ts";
import type { Clock } from "./runtime.ts";

/**
 * One mailbox per run, in memory. Whatever arrives before the end of this turn of the event loop is
 * decided together; what arrives while a commit is under way waits for the next.
 */
export type Mailroom = {
  readonly post: (resident: Resident, mail: Mail) => void;
  /** Back to the front, in their old order: they were decided, and it did not count. */
  readonly giveBack: (resident: Resident, mails: readonly Mail[]) => void;
  /** An attempt is not begun after all: what says that it is to begin is decided no more. */
  readonly withdraw: (attempt: Attempt) => void;
  /** Wakes the run if it must. False: there is no such run. Throws `MusterError` when it cannot be folded. */
  readonly postTo: (id: RunId, mail: Mail) => boolean;
  /** Those with mail, at most `most` of them, the longest waiting first. */
  readonly call: (most: number) => readonly Resident[];
  /** The turn may be taken again: at the end of this turn of the event loop, or after `ms`. */
  readonly turnOver: (afterMs?: number) => void;
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
  called: Resident[];
  waiting: number;
  /** A turn is due, under way, or waits for its next try. */
  isBusy: boolean;
  isClosed: boolean;
};

export function openMailroom(
  shell: { readonly clock: Clock; readonly residents: Residents },
  turn: () => void,
): Mailroom {
  const { clock, residents } = shell;
  const state: State = {
    clock,
    residents,
    turn,
    called: [],
    waiting: 0,
    isBusy: false,
    isClosed: false,
  };
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
    call: (most) => called(state, most),
    turnOver: (afterMs) => {
      if (afterMs !== undefined) {
        clock.after(afterMs, turn);
        return;
      }
      state.isBusy = false;
      if (state.called.length > 0) schedule(state);
    },
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

function list(state: State, resident: Resident): void {
  if (!resident.isCalled) {
    state.residents.use(resident);
    resident.isCalled = true;
    state.called.push(resident);
  }
  schedule(state);
}

function schedule(state: State): void {
  if (state.isBusy || state.isClosed) return;
  state.isBusy = true;
  state.clock.soon(state.turn);
}

function called(state: State, most: number): readonly Resident[] {
  const all = state.called;
  const now = all.length <= most ? all : all.slice(0, most);
  state.called = all.length <= most ? [] : all.slice(most);
  for (const resident of now) resident.isCalled = false;
  return now;
}
