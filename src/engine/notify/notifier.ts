import type { Envelope } from "../../core/audit/index.ts";
import type { Workflow } from "../../core/definition/index.ts";
import { type Digest, parseRunId } from "../../core/id.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { Observer } from "../observed-log.ts";
import type { Append, Appended, Log } from "../store/index.ts";
import { type Book, hasBook, type NoticeRecord, openBook, readBook } from "./book.ts";
import { type Environment, readChannels, routeOf } from "./channels.ts";
import { DECIDERS_CHANNEL } from "./deciders.ts";
import { type Dispatch, openDispatch } from "./dispatch.ts";
import { type Notice, noticesOf, type Subject, tellsAnybody } from "./notice.ts";
import { send } from "./send.ts";

/** Streams whose workflow is known without asking. */
const SUBJECTS_MOST = 10_000;
/** Events of the log looked at in one go, when what was missed is made up for. */
const EVENTS_AT_ONCE_MOST = 500;
/** What happened before a company told anybody is no news, unless it was just now. */
const NEWS_MS = 600_000;
/** Events after which the cursor is kept although nobody was told of anything. */
const CURSOR_EVERY = 10_000;

/**
 * Tells people and programs what happens to runs, as their workflows say: a reader of the log with a
 * cursor of its own. It hears of each commit; what a process did not come to before it died, the next
 * one finds behind the cursor. A notice is kept before it is sent, and sent under the same id each time.
 * Nothing of a run waits for it.
 */
export type Notifier = {
  readonly observer: Observer;
  /** Sends what was kept and not sent, and finds what was not kept. */
  readonly start: () => Promise<void>;
  /** Notices that no event of the log leads to. */
  readonly send: (notices: readonly Notice[]) => void;
  readonly noticesOf: (run: string) => readonly NoticeRecord[];
  readonly tally: () => ReturnType<Book["tally"]>;
  readonly waiting: () => number;
  readonly close: () => Promise<void>;
};

export type NotifierShell = {
  /** The company's, and its state folder. */
  readonly folder: string;
  readonly state: string;
  readonly log: Pick<Log, "tail">;
  readonly workflow: (digest: Digest) => Workflow | null;
  /** A run as it is in memory, or folded; null where there is none yet. */
  readonly run: (run: string) => Subject | null;
  /** Whether any workflow of the folder tells anybody: else nothing is looked for behind the cursor. */
  readonly mayTell: () => boolean;
  readonly now: () => number;
  readonly environment: Environment;
  readonly trouble: (problem: Problem) => void;
};

type State = NotifierShell & {
  book: Book | null;
  dispatch: Dispatch | null;
  /** null: nobody is told of anything that happens to this run. */
  readonly subjects: Map<string, Subject | null>;
  /** The last position that was heard of, and the last that is kept as the cursor. */
  position: number;
  kept: number;
  /** What stood behind the cursor has been looked at: until then it stays where it is. */
  hasCaughtUp: boolean;
  /** The company has a channel for deciders. */
  readonly tellsDeciders: boolean;
  isTroubled: boolean;
  isClosed: boolean;
};

export function openNotifier(shell: NotifierShell): Notifier {
  const state: State = {
    ...shell,
    book: null,
    dispatch: null,
    subjects: new Map(),
    position: 0,
    kept: 0,
    hasCaughtUp: false,
    tellsDeciders: DECIDERS_CHANNEL in readChannels(shell.folder).channels,
    isTroubled: false,
    isClosed: false,
  };
  return {
    observer: (batch, results) => guarded(state, () => heard(state, batch, results)),
    start: () => start(state).catch((error: unknown) => troubled(state, error)),
    send: (notices) => {
      if (notices.length > 0 && !state.isClosed)
        guarded(state, () => keep(state, notices, state.kept));
    },
    noticesOf: (run) => state.book?.of(run) ?? noticesOfRun(state.state, run),
    tally: () => state.book?.tally() ?? [],
    waiting: () => state.dispatch?.waiting() ?? 0,
    close: () => close(state),
  };
}

/** The notices of a run, where another process may be at work. */
export function noticesOfRun(folder: string, run: string): readonly NoticeRecord[] {
  const book = readBook(folder);
  if (book === null) return [];
  try {
    return book.of(run);
  } finally {
    book.close();
  }
}

/** Its own troubles are told, and stop nobody. */
function guarded(state: State, act: () => void): void {
  try {
    act();
    state.isTroubled = false;
  } catch (error) {
    troubled(state, error);
  }
}

/** Once, until it goes well again. */
function troubled(state: State, error: unknown): void {
  if (state.isTroubled) return;
  state.isTroubled = true;
  const why = error instanceof Error ? error.message : String(error);
  const { code = "bug", mend } = error instanceof MusterError ? error : {};
  const message = `Nobody could be told of what happened: ${why}`;
  state.trouble({ code, severity: "warning", message, ...(mend === undefined ? {} : { mend }) });
}

function heard(state: State, batch: readonly Append[], results: readonly Appended[]): void {
  const notices: Notice[] = [];
  for (let at = 0; at < batch.length; at += 1) {
    const append = batch[at];
    const result = results[at];
    if (append === undefined || result?.done !== true || append.events.length === 0) continue;
    state.position = Math.max(state.position, result.position);
    const subject = subjectOf(state, append.stream, append.events);
    if (subject === null) continue;
    for (const { seq, at: when, type, step, actor, data } of append.events)
      notices.push(
        ...noticesOf(
          { run: append.stream, seq, at: when, type, step, actor: actor.id, data },
          subject,
        ),
      );
  }
  const isDue = state.book !== null && state.position - state.kept >= CURSOR_EVERY;
  if (notices.length > 0 || isDue) keep(state, notices, state.position);
}

type Told = readonly { readonly type: string; readonly data: JsonObject }[];

/** null for a run of whose events nobody is told. */
function subjectOf(state: State, stream: string, events: Told): Subject | null {
  const moved = movedIn(events);
  const known = moved === undefined ? state.subjects.get(stream) : undefined;
  if (known !== undefined) return known;
  // The company's own stream is no run.
  if (parseRunId(stream) === null) return null;
  const subject = subjectFrom(state, stream, { moved, accepted: events[0] });
  const { tellsDeciders } = state;
  const isTold = subject !== null && (tellsDeciders || tellsAnybody(subject.workflow));
  const tells = isTold ? { ...subject, tellsDeciders } : null;
  const { subjects } = state;
  const [oldest] = subjects.keys();
  if (subjects.size >= SUBJECTS_MOST && oldest !== undefined) subjects.delete(oldest);
  subjects.set(stream, tells);
  return tells;
}

/** On the way of every step, so it makes nothing. */
function movedIn(events: Told): Told[number] | undefined {
  for (let at = events.length - 1; at >= 0; at -= 1)
    if (events[at]?.type === "run.moved") return events[at];
  return undefined;
}

/** The commit that is heard of is not in memory yet: what it begins and moves, its own events say. */
function subjectFrom(
  { workflow, run }: State,
  stream: string,
  told: { readonly moved: Told[number] | undefined; readonly accepted: Told[number] | undefined },
): Subject | null {
  const { moved, accepted } = told;
  const isNew = accepted?.type === "run.accepted";
  const before = isNew ? null : run(stream);
  const digest = moved?.data["definition"] ?? (isNew ? accepted.data["definition"] : undefined);
  const pinned = typeof digest === "string" ? workflow(digest as Digest) : null;
  const isSub = isNew ? isObject(accepted.data["parent"] ?? null) : (before?.isSub ?? false);
  return pinned === null ? before : { workflow: pinned, isSub };
}

/** Kept before it is sent, and sent by whoever kept it. */
function keep(state: State, notices: readonly Notice[], position: number): void {
  const { book, dispatch } = opened(state);
  const cursor = state.hasCaughtUp ? position : 0;
  const kept = book.keep(notices, cursor);
  state.kept = position;
  dispatch.add(kept.map((notice) => ({ ...notice, attempts: 0 })));
}

/** The book is made when the first notice is. */
function opened(state: State): { readonly book: Book; readonly dispatch: Dispatch } {
  const book = state.book ?? openBook(state.state);
  state.book = book;
  state.dispatch ??= openDispatch({
    book,
    send,
    now: state.now,
    route: (target) => routeOf(target, readChannels(state.folder), state.environment),
  });
  return { book, dispatch: state.dispatch };
}

/** Behind the cursor stands what the process before had not kept when it ended. */
async function start(state: State): Promise<void> {
  const isNew = !hasBook(state.state);
  if (!isNew || state.tellsDeciders || state.mayTell()) {
    const { book, dispatch } = opened(state);
    dispatch.add(book.pending());
    await catchUp(state, book.cursor(), isNew ? state.now() - NEWS_MS : 0);
  }
  state.hasCaughtUp = true;
}

/** @param since of what happened before, nobody was to be told when it happened */
async function catchUp(state: State, from: number, since: number): Promise<void> {
  const { book, dispatch } = opened(state);
  for (let cursor = from; !state.isClosed; ) {
    const events = state.log.tail(cursor, EVENTS_AT_ONCE_MOST);
    cursor = events.at(-1)?.position ?? cursor;
    if (events.length === 0) return;
    const found = events.flatMap((event) => noticesIn(state, event));
    const kept = book.keep(
      found.filter(({ at }) => at >= since),
      cursor,
    );
    dispatch.add(kept.map((notice) => ({ ...notice, attempts: 0 })));
    await new Promise((done) => setImmediate(done));
  }
}

function noticesIn(state: State, event: Envelope): readonly Notice[] {
  const { stream, seq, at, type, step, actor, data } = event;
  const subject = subjectOf(state, stream, [event]);
  if (subject === null) return [];
  const happening = { run: stream, seq, at: Date.parse(at), type, step, actor: actor.id, data };
  return noticesOf(happening, subject);
}

async function close(state: State): Promise<void> {
  state.isClosed = true;
  const { book, dispatch } = state;
  if (book === null) return;
  if (state.hasCaughtUp) guarded(state, () => book.keep([], state.position));
  await dispatch?.close();
  book.close();
  state.book = null;
}
