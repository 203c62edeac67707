import type { Digest, StreamId, SubjectId } from "../../../core/id.ts";
import { closed, refusal } from "../../refusal.ts";
import { type Keyring, openMemoryKeyring } from "../../sealing/index.ts";
import { RETENTION, type Retention } from "../keeping/retention.ts";
import type {
  Append,
  Appended,
  Archived,
  Gone,
  KeptFile,
  Listener,
  Log,
  NewStanding,
  Put,
  Writing,
} from "../log.ts";
import {
  type Decision,
  type Inscribed,
  inscribe,
  newThread,
  type Thread,
} from "../writing/decision.ts";
import { closedStanding, subjectIn } from "../writing/sealed.ts";
import { contentOf, keepContents } from "./contents.ts";
import { eraseInMemory, ofSubjects } from "./erase.ts";
import { eventsIn } from "./events.ts";
import { expirePuts, keepPut, keptIn, sweep, sweepFiles, take } from "./keeping.ts";
import { areFree, isCovered, keepNames, keepResults, type Lasting, lastingOf } from "./lasting.ts";
import { cameOf, type Listen, newShelf, type Shelf, shelve } from "./shelf.ts";
import { standingsIn } from "./standing.ts";

export type MemoryOptions = {
  readonly tenant?: string;
  /** What is kept when a log is closed, and found by the next one that is opened on it. */
  readonly disk?: MemoryDisk;
  readonly faults?: Faults;
  /** How long published events are kept; a million of them, for thirty days, unless said. */
  readonly retention?: Retention;
};

/**
 * How a disk fails. Each is called with every batch (an empty one where events are published), and may wait or throw. `before`: nothing of the
 * batch is kept yet, and will not be if it throws. `after`: all of it is kept, and what is thrown or
 * never ends is the acknowledgement. Batches wait for one another, as on a disk.
 */
export type Faults = {
  readonly before?: (batch: readonly Append[]) => void | Promise<void>;
  readonly after?: (batch: readonly Append[]) => void | Promise<void>;
};

export type MemoryDisk = Lasting & {
  readonly streams: Map<StreamId, Kept>;
  readonly decisions: Decision[];
  readonly contents: Map<Digest, string>;
  readonly shelf: Shelf;
  readonly archived: Map<StreamId, Archived>;
  /** Contents that an archived stream may have named. */
  readonly loose: Set<Digest>;
  readonly puts: Map<Digest, Put>;
  readonly keys: Keyring;
  /** In the order of their positions. */
  readonly gone: Gone[];
  /** Contents that are a subject's: their text is sealed. */
  readonly owned: Map<Digest, SubjectId>;
  readonly files: Map<Digest, KeptFile>;
  /** The position of the last event, also where it stands in an archive now. */
  last: number;
};

/** A log in memory, by the same contract and with the same chain, for tests and simulation. */
export function openMemory(options: MemoryOptions = {}): Log {
  const { tenant = "local", disk = newDisk(), faults = {}, retention = RETENTION } = options;
  let isOpen = true;
  let latest: Promise<unknown> = Promise.resolve();
  const { before, after } = faults;
  async function writeFaultily<Kept>(batch: readonly Append[], write: () => Kept): Promise<Kept> {
    try {
      await before?.(batch);
      const answers = write();
      await after?.(batch);
      return answers;
    } catch (error) {
      throw refusal(error, "The log could not be written");
    }
  }
  async function inTurn<Kept>(batch: readonly Append[], keepAll: () => Kept): Promise<Kept> {
    const write = (): Kept => {
      if (!isOpen) throw closed();
      return keepAll();
    };
    if (before === undefined && after === undefined) return write();
    const written = latest.then(() => writeFaultily(batch, write));
    latest = written.catch(() => undefined);
    return written;
  }
  return {
    ...openMemoryReader(disk, tenant),
    append: (batch) => inTurn(batch, () => writeBatch(disk, tenant, batch)),
    publish: (batch) => inTurn([], () => shelve(disk.shelf, batch, retention)),
    archive: (streams) =>
      inTurn([], () => streams.filter((one) => take(disk, one)).map(({ stream }) => stream)),
    forgetArchive: (stream) => inTurn([], () => void disk.archived.delete(stream)),
    compact: () => inTurn([], () => sweep(disk)),
    put: (content) => inTurn([], () => keepPut(disk, content)),
    keepFile: (file) => inTurn([], () => void disk.files.set(file.digest, file)),
    sweep: (time) =>
      inTurn([], () => {
        expirePuts(disk, time);
        sweep(disk);
        sweepFiles(disk, time);
      }),
    erase: (subjects) => inTurn([], () => eraseInMemory(disk, subjects)),
    async close() {
      isOpen = false;
    },
  };
}

export function newDisk(): MemoryDisk {
  return {
    streams: new Map(),
    decisions: [],
    contents: new Map(),
    shelf: newShelf(),
    accounts: new Map(),
    results: new Map(),
    names: new Map(),
    archived: new Map(),
    loose: new Set(),
    puts: new Map(),
    keys: openMemoryKeyring(),
    owned: new Map(),
    files: new Map(),
    gone: [],
    last: 0,
  };
}

/** All that is kept of one stream. */
type Kept = {
  readonly stream: StreamId;
  thread: Thread;
  standing: NewStanding | null;
  updatedAt: number;
  snapshot: { readonly seq: number; readonly machine: number; readonly state: string } | null;
  readonly rows: Decision[];
  readonly causes: Set<string>;
  readonly timers: Map<number, number>;
  readonly listens: Map<number, Listen>;
  /** The position of what was published last when the stream began. */
  readonly published: number;
};

/** First everything is tried on the side, so that a batch that throws leaves nothing. */
function writeBatch(disk: MemoryDisk, tenant: string, batch: readonly Append[]): Appended[] {
  const threads = new Map<StreamId, Thread>();
  const causes = new Set<string>();
  const accounts = new Map<string, number>();
  const taken = new Map<string, StreamId>();
  const tried = batch.map((append): Tried => {
    const { stream, cause, claims = [] } = append;
    const held = (account: string): number =>
      accounts.get(account) ?? disk.accounts.get(account) ?? 0;
    if (!claims.every((one) => isCovered(one, held(one.account)))) return "claim";
    const kept = disk.streams.get(stream);
    const mark = `${stream} ${cause}`;
    if (cause !== null && (kept?.causes.has(cause) || causes.has(mark))) return "seen";
    const thread = threads.get(stream) ?? threadOf(append, kept, tenant);
    if (thread.seq !== append.after) return "behind";
    if (!areFree(disk, append, taken)) return "named";
    const inscribed = inscribedOf(append, thread, disk.keys);
    threads.set(stream, { ...thread });
    if (cause !== null) causes.add(mark);
    for (const { account, amount } of claims) accounts.set(account, held(account) + amount);
    return { append, inscribed, thread };
  });
  for (const [account, amount] of accounts) disk.accounts.set(account, amount);
  return tried.map((each) =>
    typeof each === "string"
      ? { done: false, again: each }
      : { done: true, position: keep(disk, each) },
  );
}

function inscribedOf(append: Append, thread: Thread, keys: Keyring): Inscribed | null {
  return append.events.length === 0 ? null : inscribe(append, thread, keys);
}

function threadOf({ stream, events }: Append, kept: Kept | undefined, tenant: string): Thread {
  return { ...(kept?.thread ?? newThread(tenant, stream, subjectIn(events[0]?.data))) };
}

type Tried =
  | "seen"
  | "claim"
  | "behind"
  | "named"
  | { readonly append: Append; readonly inscribed: Inscribed | null; readonly thread: Thread };

function keep(disk: MemoryDisk, { append, inscribed, thread }: Exclude<Tried, string>): number {
  const { subject } = thread;
  if (subject === null) keepResults(disk, append);
  keepNames(disk, append);
  const kept = disk.streams.get(append.stream) ?? newKept(append.stream, thread, disk.shelf.last);
  disk.streams.set(append.stream, kept);
  kept.thread = thread;
  let position = disk.last;
  if (inscribed !== null) {
    position += append.events.length;
    const { stream, after, cause, events } = append;
    const row = { ...inscribed, position, stream, fence: after, count: events.length, cause };
    disk.decisions.push(row);
    disk.last = position;
    kept.rows.push(row);
    kept.updatedAt = row.at;
  }
  if (append.cause !== null) kept.causes.add(append.cause);
  keepContents(disk, append, subject);
  keepWaits(kept, append);
  keepState(kept, append, disk.keys);
  return position;
}

function keepState(kept: Kept, { standing, snapshot }: Append, keys: Keyring): void {
  const { stream, thread } = kept;
  if (standing !== null) kept.standing = closedStanding(standing, { ...thread, stream }, keys);
  if (snapshot !== null) kept.snapshot = { ...snapshot, seq: kept.thread.seq };
}

function keepWaits({ timers, listens, published }: Kept, append: Append): void {
  for (const { key, due } of append.timersSet) timers.set(key, due);
  for (const key of append.timersEnded) timers.delete(key);
  for (const { key, event, match, after } of append.listensSet)
    listens.set(key, { event, match, since: Math.max(after, published) });
  for (const key of append.listensEnded) listens.delete(key);
}

function newKept(stream: StreamId, thread: Thread, published: number): Kept {
  return {
    stream,
    thread,
    standing: null,
    updatedAt: 0,
    snapshot: null,
    rows: [],
    causes: new Set(),
    timers: new Map(),
    listens: new Map(),
    published,
  };
}

function openMemoryReader(
  disk: MemoryDisk,
  tenant: string,
): Omit<Log, "append" | "publish" | "close" | Writing> {
  const { streams, shelf, keys } = disk;
  return {
    tenant,
    keys,
    streamsOf: (subjects) => ofSubjects(disk, subjects),
    end: () => disk.last,
    archived: (stream) => disk.archived.get(stream) ?? null,
    archives: (most) =>
      [...disk.archived.values()].toSorted((one, two) => one.endedAt - two.endedAt).slice(0, most),
    ...eventsIn(disk, tenant),
    snapshot(stream, machine) {
      const snapshot = streams.get(stream)?.snapshot;
      return snapshot?.machine === machine ? { seq: snapshot.seq, state: snapshot.state } : null;
    },
    content: (digest) => contentOf(disk, digest),
    kept: (digest) => disk.contents.get(digest) ?? null,
    ...lastingOf(disk),
    ...keptIn(disk),
    unsettled: () =>
      [...streams.values()]
        .filter(({ standing }) => standing?.unsettled === true && standing.kind === undefined)
        .map(({ stream }) => stream),
    due: (until, most) =>
      timersOf(disk)
        .filter(({ due }) => due <= until)
        .toSorted((one, other) => one.due - other.due)
        .slice(0, most),
    nextDue: () =>
      timersOf(disk).reduce<number | null>((least, { due }) => Math.min(least ?? due, due), null),
    listening: (event, match) =>
      listenersIn(disk, (listen) => listen.event === event && listen.match === match),
    came({ stream, key }) {
      const listen = streams.get(stream)?.listens.get(key);
      return listen === undefined ? null : cameOf(shelf, listen);
    },
    untold: () => listenersIn(disk, (listen) => cameOf(shelf, listen) !== null),
    ...standingsIn(disk),
  };
}

function listenersIn({ streams }: MemoryDisk, wanted: (listen: Listen) => boolean): Listener[] {
  return [...streams.values()].flatMap(({ stream, listens }) =>
    [...listens]
      .filter(([, listen]) => wanted(listen))
      .map(([key]) => ({ stream, key }))
      .toSorted((one, other) => one.key - other.key),
  );
}

function timersOf({ streams }: MemoryDisk): { stream: StreamId; key: number; due: number }[] {
  return [...streams.values()].flatMap(({ stream, timers }) =>
    [...timers]
      .map(([key, due]) => ({ stream, key, due }))
      .toSorted((one, other) => one.key - other.key),
  );
}
