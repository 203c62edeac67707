import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StreamId, SubjectId } from "../../../core/id.ts";
import type { Artifacts } from "../../artifacts/index.ts";
import { refusal } from "../../refusal.ts";
import type { Keyring } from "../../sealing/index.ts";
import { filesNamedIn } from "../keeping/files-kept.ts";
import { type NewResult, RESULTS_MOST, RESULTS_SWEPT_MOST } from "../keeping/results.ts";
import type { Appended, Claim, NewStanding } from "../log.ts";
import { LAST_POSITION } from "../reader.ts";
import { isSameStanding, STANDINGS, type StandingRow, toNewStanding } from "../standing.ts";
import { type Inked, type Inscribed, inscribe, newThread, type Thread } from "./decision.ts";
import { closedStanding, sealText, snapshotPlace, subjectIn } from "./sealed.ts";

/** A content above this is a file of its own, so that the log's file stays small and quick. */
export const CONTENT_INLINE_BYTES_MOST = 262_144;

/** Streams whose end is kept in memory; one that is not is looked up, for a few microseconds. */
const STREAMS_KNOWN_MOST = 10_000;

/** Names whose time is over, swept with each append that brings one, so that nobody waits for a great sweep. */
const NAMES_SWEPT_MOST = 4;

export type Writer = {
  readonly write: (batch: readonly Inked[]) => Appended[];
  /** Another writer of this process has written to these streams since; null: to any. */
  readonly forget: (streams: Iterable<StreamId> | null) => void;
};

type Parts = { readonly tenant: string; readonly artifacts: Artifacts; readonly keys: Keyring };

/**
 * Writes batches, each one transaction. The engine's hottest path: prepared statements on
 * `node:sqlite` without a query builder, whose building would cost more than the writing; a stream is
 * looked up once and then known by number; what did not change is not written.
 */
export function openWriter(database: DatabaseSync, parts: Parts): Writer {
  const statements = prepare(database);
  const streams = openStreams(statements, parts);
  /** Of the last event; -1 where it must be asked for. */
  let position = -1;

  function write(append: Inked): Appended {
    // Before the stream is known, which a first append makes.
    if (!areCovered(statements, append)) return { done: false, again: "claim" };
    const thread = streams.know(append);
    const again = refusalOf(statements, append, thread);
    if (again !== null) return { done: false, again };
    const inscribed = append.events.length === 0 ? null : inscribe(append, thread, parts.keys);
    writeStanding({ statements, keys: parts.keys }, append, thread);
    if (inscribed !== null) {
      position += append.events.length;
      writeDecision(statements, { append, inscribed, position }, thread);
      // What is sealed is read before it is.
      const written = thread.subject === null ? inscribed.body : textOf(append);
      nameFiles(statements, written, append.stream);
    }
    if (append.cause !== null) statements.cause.run(thread.id, append.cause);
    writeContents(statements, append, { ...parts, subject: thread.subject });
    writeBeside({ statements, keys: parts.keys }, append, thread);
    return { done: true, position };
  }

  function forget(written: Iterable<StreamId> | null): void {
    streams.forget(written);
    position = -1;
  }

  /** What was known may be of the transaction that is no more. */
  function takeBack(): void {
    forget(null);
    if (database.isTransaction) statements.rollback.run();
  }

  return {
    forget,
    write: (batch) => {
      if (batch.length === 0) return [];
      try {
        statements.begin.run();
        if (position < 0) position = Number(statements.position.get()?.["position"]);
        const answers = batch.map(write);
        statements.commit.run();
        return answers;
      } catch (error) {
        takeBack();
        throw refusal(error, "The log could not be written");
      }
    },
  };
}

function areCovered(statements: Statements, { claims }: Inked): boolean {
  return claims === undefined || claims.every((one) => isCovered(statements, one));
}

/** One who gives back, or has used it already, is never refused. */
function isCovered(statements: Statements, { account, amount, most }: Claim): boolean {
  if (most === null || amount <= 0) return true;
  const held = Number(statements.account.get(account)?.["amount"] ?? 0);
  return held + amount <= most;
}

function refusalOf(
  statements: Statements,
  append: Inked,
  thread: Known,
): "seen" | "behind" | "named" | null {
  if (append.cause !== null && statements.seen.get(thread.id, append.cause)) return "seen";
  if (thread.seq !== append.after) return "behind";
  return areFree(statements, append, thread) ? null : "named";
}

/** Whose time is over may be taken by another. */
function areFree(statements: Statements, { names, events }: Inked, { id }: Known): boolean {
  if (names === undefined) return true;
  const now = events[0]?.at ?? 0;
  return names.every(({ name }) => {
    const row = statements.named.get(name);
    if (row === undefined || Number(row["stream"]) === id) return true;
    return row["until"] !== null && Number(row["until"]) <= now;
  });
}

type Streams = {
  readonly know: (append: Inked) => Known;
  readonly forget: (written: Iterable<StreamId> | null) => void;
};

/** The streams written to lately; those that came first leave first. */
function openStreams(statements: Statements, { tenant, keys }: Parts): Streams {
  const known = new Map<StreamId, Known>();
  return {
    know(append) {
      const { stream, after } = append;
      const found = known.get(stream);
      if (found !== undefined) return found;
      const kept =
        (after === 0 ? begun({ statements, keys }, append) : null) ??
        lookedUp({ statements, keys }, stream);
      const thread = { ...newThread(tenant, stream), ...(kept ?? STRANGER) };
      if (kept === null) return thread;
      if (known.size >= STREAMS_KNOWN_MOST) known.delete(known.keys().next().value as StreamId);
      known.set(stream, thread);
      return thread;
    },
    forget: (written) => {
      if (written === null) known.clear();
      else for (const stream of written) known.delete(stream);
    },
  };
}

/** What the writer knows of a stream without asking. It is alone in writing, so it stays true. */
type Known = Thread & {
  /** 0 where it has no row. */
  readonly id: number;
  done: number | null;
  expected: number | null;
  standing: NewStanding | null;
};

type Kept = Omit<Known, keyof Thread> & Partial<Thread> & Pick<Thread, "subject">;

type Writing = { readonly statements: Statements; readonly keys: Keyring };

const STRANGER: Kept = { id: 0, done: null, expected: null, standing: null, subject: null };

/** Who writes after nothing mostly begins a stream: its row is written and not looked for. Null: it has one. */
function begun({ statements, keys }: Writing, { stream, events, standing }: Inked): Kept | null {
  const subject = subjectIn(events[0]?.data);
  const columns = columnsOf(closedStanding(standing, { stream, subject }, keys));
  const row = statements.newStream.run(stream, ...columns, events.length, subject);
  if (row.changes === 0) return null;
  const { done = null, expected = null } = standing ?? {};
  return { id: Number(row.lastInsertRowid), done, expected, standing, subject };
}

function lookedUp({ statements, keys }: Writing, stream: StreamId): Kept | null {
  const row = statements.stream.get(stream) as StandingRow | undefined;
  if (row === undefined) return null;
  const { id, seq, hash, done, expected, subject } = row;
  const standing = row.status === null ? null : toNewStanding(row, keys);
  return { id, done, expected, standing, subject, ...(hash === null ? {} : { seq, hash }) };
}

function writeDecision(
  statements: Statements,
  row: { readonly append: Inked; readonly inscribed: Inscribed; readonly position: number },
  thread: Known,
): void {
  const { append, inscribed } = row;
  statements.decision.run(
    row.position,
    thread.id,
    append.after,
    append.events.length,
    inscribed.at,
    inscribed.actor,
    append.cause,
    thread.done,
    thread.expected,
    inscribed.hash,
    inscribed.body,
  );
}

/** Progress goes with the decision's row; the stream's own row is written when anything else changed. */
function writeStanding({ statements, keys }: Writing, append: Inked, thread: Known): void {
  const { events, standing } = append;
  if (standing === null || standing === thread.standing) return;
  const isKept = thread.standing !== null && isSameStanding(thread.standing, standing);
  thread.standing = standing;
  thread.done = standing.done;
  thread.expected = standing.expected;
  if (isKept && events.length > 0) return;
  const closed = closedStanding(standing, { stream: append.stream, subject: thread.subject }, keys);
  statements.standing.run(...columnsOf(closed), thread.seq, thread.id);
}

/** In the order of `SQL`. */
function columnsOf(standing: NewStanding | null): readonly (string | number | null)[] {
  if (standing === null) return NO_STANDING;
  const { status, workflow, version, startedAt, endedAt, parent, note } = standing;
  const unsettled = standing.unsettled ? 1 : 0;
  const { done, expected } = standing;
  const { kind = null } = standing;
  const first = [status, workflow, version, unsettled, startedAt, endedAt, parent, note];
  return first.concat(kind, done, expected);
}

const NO_STANDING = [null, null, null, 0, null, null, null, null, null, null, null];

/** A large content is on disk as a file before the transaction that names it is committed. */
function writeContents(
  statements: Statements,
  append: Inked,
  { artifacts, keys, subject }: Parts & { readonly subject: SubjectId | null },
): void {
  for (const [digest, open, isOpen] of append.contents) {
    const owner = isOpen === true ? null : subject;
    const text = owner === null ? open : sealText(open, { place: digest, subject: owner }, keys);
    const bytes = Buffer.byteLength(text);
    const isLarge = bytes > CONTENT_INLINE_BYTES_MOST;
    if (isLarge) artifacts.write(digest, text);
    statements.content.run(digest, bytes, isLarge ? null : text, owner);
    nameFiles(statements, open, digest);
  }
}

function textOf({ events }: Inked): string {
  return events.map(({ data }) => (typeof data === "string" ? data : JSON.stringify(data))).join();
}

function nameFiles(statements: Statements, text: string, owner: string): void {
  for (const digest of filesNamedIn(text)) statements.fileName.run(digest, owner);
}

function writeBeside({ statements, keys }: Writing, append: Inked, thread: Known): void {
  const { id, seq, subject } = thread;
  for (const { key, due } of append.timersSet) statements.timer.run(id, key, due);
  for (const key of append.timersEnded) statements.timerEnd.run(id, key);
  for (const { key, event, match, after } of append.listensSet)
    statements.listen.run(key, event, match, after, id);
  for (const key of append.listensEnded) statements.listenEnd.run(id, key);
  // What is kept for other runs would outlive its subject's key.
  if (subject === null)
    for (const result of append.results ?? []) writeResult(statements, append, result);
  for (const { account, amount } of append.claims ?? []) statements.claim.run(account, amount);
  if (append.names !== undefined) writeNames(statements, append, id);
  if (append.snapshot === null) return;
  const { machine, state } = append.snapshot;
  const place = snapshotPlace(append.stream);
  const text = subject === null ? state : sealText(state, { place, subject }, keys);
  statements.snapshot.run(id, machine, seq, text);
}

function writeNames(statements: Statements, { names = [], events }: Inked, id: number): void {
  for (const { name, until } of names) statements.name.run(name, id, until);
  statements.namesOver.run(events[0]?.at ?? 0, NAMES_SWEPT_MOST);
}

function writeResult(statements: Statements, { stream, events }: Inked, result: NewResult): void {
  const { digest, path, output, until } = result;
  statements.result.run(digest, stream, path, JSON.stringify(output), until);
  statements.resultsOver.run(events[0]?.at ?? 0, RESULTS_SWEPT_MOST);
  statements.resultsBeyond.run(RESULTS_SWEPT_MOST, RESULTS_MOST);
}

type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

function prepare(database: DatabaseSync): Statements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Statements;
}

const SQL = {
  begin: "begin immediate",
  commit: "commit",
  rollback: "rollback",
  position: LAST_POSITION,
  stream: `${STANDINGS} where s.name = ?`,
  seen: "select 1 from causes where stream = ? and cause = ?",
  newStream: `insert into streams (name, status, workflow, version, unsettled, started_at, ended_at,
    parent, note, kind, done, expected, reached, subject, published)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (select coalesce(max(position), 0) from published))
    on conflict do nothing`,
  standing: `update streams set status = ?, workflow = ?, version = ?, unsettled = ?, started_at = ?,
    ended_at = ?, parent = ?, note = ?, kind = ?, done = ?, expected = ?, reached = ? where id = ?`,
  decision: `insert into decisions
    (position, stream, fence, count, at, actor, cause, done, expected, hash, body)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  cause: "insert into causes (stream, cause) values (?, ?)",
  content: `insert into contents (digest, bytes, text, subject) values (?, ?, ?, ?)
    on conflict do nothing`,
  fileName: "insert into file_names (digest, owner) values (?, ?) on conflict do nothing",
  timer: "insert or replace into timers (stream, key, due) values (?, ?, ?)",
  timerEnd: "delete from timers where stream = ? and key = ?",
  listen: `insert or replace into listens (stream, key, event, match, since)
    select id, ?, ?, ?, max(?, published) from streams where id = ?`,
  listenEnd: "delete from listens where stream = ? and key = ?",
  result:
    "insert or replace into results (digest, run, path, output, until) values (?, ?, ?, ?, ?)",
  resultsOver: `delete from results where digest in
    (select digest from results where until <= ? order by until limit ?)`,
  resultsBeyond: `delete from results where digest in (select digest from results order by until limit ?)
    and (select count(*) from results) > ?`,
  account: "select amount from accounts where name = ?",
  claim: `insert into accounts (name, amount) values (?, ?)
    on conflict (name) do update set amount = amount + excluded.amount`,
  named: "select stream, until from names where name = ?",
  name: "insert or replace into names (name, stream, until) values (?, ?, ?)",
  namesOver: `delete from names where name in
    (select name from names where until is not null and until <= ? order by until limit ?)`,
  snapshot: "insert or replace into snapshots (stream, machine, seq, state) values (?, ?, ?, ?)",
} as const;
