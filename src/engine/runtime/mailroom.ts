import type { RunId } from "../../core/id.ts";
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

export function openMailroom(
  shell: { readonly clock: Clock; readonly residents: Residents },
  turn: () => void,
): Mailroom {
  let called: Resident[] = [];
  let waiting = 0;
  /** A turn is due, under way, or waits for its next try. */
  let isBusy = false;
  let isClosed = false;

  const schedule = (): void => {
    if (isBusy || isClosed) return;
    isBusy = true;
    shell.clock.soon(turn);
  };
  const list = (resident: Resident): void => {
    if (!resident.isCalled) {
      shell.residents.use(resident);
      resident.isCalled = true;
      called.push(resident);
    }
    schedule();
  };
  const post = (resident: Resident, mail: Mail): void => {
    resident.mails.push(mail);
    waiting += 1;
    list(resident);
  };

  return {
    post,
    giveBack: (resident, mails) => {
      resident.mails = [...mails, ...resident.mails];
      waiting += mails.length;
      list(resident);
    },
    postTo: (id, mail) => {
      const definition = mail.signal.type === "start" ? mail.signal.definition : null;
      const resident = shell.residents.get(id) ?? shell.residents.wake(id, definition);
      if (resident === null) return false;
      post(resident, mail);
      return true;
    },
    call: (most) => {
      const now = called.length <= most ? called : called.slice(0, most);
      called = called.length <= most ? [] : called.slice(most);
      for (const resident of now) resident.isCalled = false;
      return now;
    },
    turnOver: (afterMs) => {
      if (afterMs !== undefined) {
        shell.clock.after(afterMs, turn);
        return;
      }
      isBusy = false;
      if (called.length > 0) schedule();
    },
    summon: schedule,
    waiting: () => waiting,
    taken: (count) => {
      waiting -= count;
    },
    close: () => {
      isClosed = true;
    },
  };
}
