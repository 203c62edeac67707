import { noteText, rootOf, signedNote } from "../../core/audit/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { Observer } from "../observed-log.ts";
import type { Log } from "../store/index.ts";
import { type Book, type KeptNote, openBook } from "./book.ts";
import { type Grower, openGrower, type Turn } from "./grower.ts";
import { pushNotes } from "./outside.ts";
import { EMPTY_ROOT, pair } from "./pair.ts";
import type { SigningKey } from "./signing.ts";

/**
 * Signs what the log holds, every so often: a reader of the log with a cursor of its own. Nothing waits
 * for it. What it signs is kept beside the log and taken outside, and makes no event by itself, so that
 * a log at rest stays as it is.
 */
export type Checkpointer = {
  readonly observer: Observer;
  /** Signs what is there now. */
  readonly sign: () => Promise<KeptNote | null>;
  readonly close: () => Promise<void>;
};

export type CheckpointerShell = {
  /** The state folder. */
  readonly state: string;
  readonly log: Pick<Log, "rows" | "gone" | "end">;
  /** Announced in the log, so that what it signs can be verified by it. */
  readonly key: () => Promise<SigningKey>;
  /** Folders outside that checkpoints are written to. */
  readonly places: () => Promise<readonly string[]>;
  readonly now: () => number;
  /** Resolves when nothing is in flight. */
  readonly idle: () => Promise<void>;
  readonly trouble: (problem: Problem) => void;
};

export const CHECKPOINT_EVERY_MS = 60_000;
export const CHECKPOINT_EVERY_EVENTS = 1_000;
/** While runs go on without a pause, they come first: it is signed after so long all the same. */
const BUSY_WAIT_MS: number = CHECKPOINT_EVERY_MS;
/** Notes that are taken outside in one go. */
const PUSHED_MOST = 1_000;

type State = CheckpointerShell & {
  readonly grower: Grower;
  book: Book | null;
  /** Events that came since the last was signed. */
  fresh: number;
  timer: NodeJS.Timeout | null;
  working: Promise<KeptNote | null> | null;
  isWaiting: boolean;
  /** It waits for no quiet moment any more. */
  hurry: () => void;
  isClosed: boolean;
  isTroubled: boolean;
};

export function openCheckpointer(shell: CheckpointerShell): Checkpointer {
  const state: State = {
    ...shell,
    grower: openGrower(shell),
    book: null,
    fresh: 0,
    timer: null,
    working: null,
    isWaiting: false,
    hurry: () => undefined,
    isClosed: false,
    isTroubled: false,
  };
  return {
    observer: (batch, results) => {
      for (const [at, { events }] of batch.entries())
        if (results[at]?.done === true) state.fresh += events.length;
      if (state.fresh >= CHECKPOINT_EVERY_EVENTS) void soon(state);
      else if (state.fresh > 0) awaitTime(state);
    },
    sign: () => signed(state),
    close: () => close(state),
  };
}

function awaitTime(state: State): void {
  if (state.timer !== null || state.isClosed) return;
  state.timer = setTimeout(() => {
    state.timer = null;
    void soon(state);
  }, CHECKPOINT_EVERY_MS).unref();
}

/** When nothing is in flight, or after a while; what comes meanwhile goes before what is left of it. */
async function soon(state: State): Promise<void> {
  if (state.isWaiting || state.isClosed) return;
  state.isWaiting = true;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, BUSY_WAIT_MS).unref();
  state.hurry = resolve;
  const turn: Turn = () => Promise.race([state.idle(), late]);
  await turn();
  state.isWaiting = false;
  if (!state.isClosed) await signed(state, turn);
  clearTimeout(timer);
}

const NEXT_TURN: Turn = () => new Promise((resolve) => setImmediate(resolve));

/** @param turn without it, somebody waits for it: it goes on as soon as it can */
async function signed(state: State, turn?: Turn): Promise<KeptNote | null> {
  if (turn === undefined) state.hurry();
  while (state.working !== null) await state.working;
  state.working = signNow(state, turn).finally(() => {
    state.working = null;
  });
  return await state.working;
}

async function signNow(state: State, turn: Turn | undefined): Promise<KeptNote | null> {
  try {
    state.fresh = 0;
    state.book ??= openBook(state.state);
    const last = state.book.last();
    const end = state.log.end();
    if (last !== null && last.size > end) throw truncated(state.state, { end, signed: last.size });
    if (last !== null && last.size === end) {
      await push(state, state.book);
      return last;
    }
    if (end === 0) return null;
    // Its own event is a part of what it signs.
    const key = await state.key();
    const growth = await state.grower.grow(state.book.frontier(), async () => {
      await NEXT_TURN();
      await turn?.();
    });
    const { frontier } = growth;
    const at = state.now();
    const root = Buffer.from(rootOf(frontier, pair) ?? EMPTY_ROOT).toString("base64");
    const { origin } = key;
    const text = noteText({ origin, size: frontier.size, root, at: new Date(at).toISOString() });
    const note = { size: frontier.size, at, note: signedNote(text, key.sign(text)) };
    state.book.keep(note, growth);
    await push(state, state.book);
    state.isTroubled = false;
    return note;
  } catch (error) {
    tell(state, error, "No checkpoint of the log could be signed");
    return null;
  }
}

/** Signed over it, two histories would stand in one record. */
function truncated(
  folder: string,
  { end, signed }: { readonly end: number; readonly signed: number },
): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The log in ${folder} ends at event ${end}, and ${signed} were signed: it was removed, or is an older one.`,
    mend: "See what is missing with: muster audit verify. Put the folder back from a backup; or, where the record begins anew, move audit.db away from it.",
  });
}

/** A place that cannot be written to now is given all that it lacks the next time. */
async function push(state: State, book: Book): Promise<void> {
  for (const place of await state.places()) {
    try {
      while (await pushSome(state, book, place));
    } catch (error) {
      tell(state, error, `Checkpoints could not be written to ${place}`);
    }
  }
}

async function pushSome({ key }: State, book: Book, place: string): Promise<boolean> {
  const notes = book.after(book.pushedTo(place), PUSHED_MOST);
  const last = notes.at(-1);
  if (last === undefined) return false;
  pushNotes(place, (await key()).origin, notes);
  book.pushed(place, last.size);
  return notes.length === PUSHED_MOST;
}

/** Told once, until it is over. */
function tell(state: State, error: unknown, what: string): void {
  if (state.isTroubled) return;
  state.isTroubled = true;
  const why = error instanceof Error ? error.message : String(error);
  const { code = "io", mend } = error instanceof MusterError ? error : {};
  state.trouble({
    code,
    severity: "warning",
    message: `${what}: ${why} The runs go on; it is tried again by itself.`,
    ...(mend === undefined ? {} : { mend }),
  });
}

async function close(state: State): Promise<void> {
  if (state.timer !== null) clearTimeout(state.timer);
  if (state.fresh > 0 || state.working !== null) await signed(state);
  state.isClosed = true;
  await state.grower.close();
  state.book?.close();
  state.book = null;
}
