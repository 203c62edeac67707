import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openToLook } from "../open-to-look.ts";
import { refusal } from "../refusal.ts";
import { makeOwnFile } from "../store/index.ts";
import type { Notice, Target } from "./notice.ts";

/** Notices kept for people to look at; the oldest go first. */
const KEPT_MOST = 100_000;
/** Kept so long. */
const KEPT_MS = 30 * 86_400_000;
/** Of one answer. */
const LISTED_MOST = 10_000;

/** What became of a notice. */
export type NoticeRecord = {
  readonly id: string;
  readonly run: string;
  readonly type: Target["type"];
  /** Where to, for people: without what is secret. */
  readonly to: string;
  readonly event: string;
  readonly phase: string | null;
  /** Of the event; and when it was sent, or given up. */
  readonly at: number;
  readonly endedAt: number | null;
  readonly status: "pending" | "sent" | "failed";
  readonly attempts: number;
  /** Why it was not sent, or not yet. */
  readonly why: string;
};

/** One that is to be sent. */
export type Pending = Notice & { readonly attempts: number };

/**
 * The notices of a company, in `.muster/notices.db`: a reader's table, not a part of the log. What is
 * lost of it after a power failure is read off the log once more; a notice may then be sent twice, under
 * the same id.
 */
export type Book = {
  /** All events of the log up to this position have been looked at. */
  readonly cursor: () => number;
  /** Keeps notices and the cursor, together. @returns those that were not there before */
  readonly keep: (notices: readonly Notice[], cursor: number) => readonly Notice[];
  readonly pending: () => readonly Pending[];
  readonly ended: (id: string, end: Ended) => void;
  readonly tried: (id: string, why: string) => void;
  readonly close: () => void;
} & Pick<Reading, "of" | "tally">;

export type Ended = {
  readonly status: "sent" | "failed";
  readonly at: number;
  readonly why: string;
  readonly attempts: number;
};

/** The half that anybody may look into. */
export type Reading = {
  readonly of: (run: string) => readonly NoticeRecord[];
  /** How many there are of each type and status. */
  readonly tally: () => readonly {
    readonly type: string;
    readonly status: string;
    readonly count: number;
  }[];
  readonly close: () => void;
};

export function hasBook(state: string): boolean {
  return existsSync(join(state, FILE));
}

/**
 * @param state the state folder
 * @throws MusterError where the file cannot be written
 */
export function openBook(state: string): Book {
  const path = join(state, FILE);
  try {
    makeOwnFile(path);
    const database = new DatabaseSync(path, { timeout: BUSY_MOST_MS });
    // What a power failure takes is read off the log again: the flush is left to the system.
    database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    database.exec(TABLES);
    database.prepare("insert or ignore into cursor (name, position) values ('notices', 0)").run();
    return bookIn(database);
  } catch (error) {
    throw refusal(error, `The notices ${path} could not be opened`);
  }
}

/** null where nobody was ever told of anything. */
export function readBook(state: string): Reading | null {
  const database = openToLook(join(state, FILE));
  return database === null ? null : { ...reading(database), close: () => database.close() };
}

const FILE = "notices.db";
const BUSY_MOST_MS = 5_000;

function bookIn(database: DatabaseSync): Book {
  const insert = database.prepare(INSERT);
  const move = database.prepare(
    "update cursor set position = max(position, ?) where name = 'notices'",
  );
  const end = database.prepare(END);
  const tried = database.prepare(
    "update notices set attempts = attempts + 1, why = ? where id = ?",
  );
  const all = database.prepare(PENDING);
  const outdated = database.prepare(OUTDATED);
  return {
    ...reading(database),
    cursor: () => Number(database.prepare("select position from cursor").get()?.["position"] ?? 0),
    keep(notices, cursor) {
      database.exec("begin immediate");
      try {
        for (const { run, event, to } of notices)
          if (event === "progress") outdated.run(run, JSON.stringify(to));
        const kept = notices.filter((notice) => insert.run(...columnsOf(notice)).changes > 0);
        move.run(cursor);
        if (kept.length > 0) sweep(database, kept.at(-1)?.at ?? 0);
        database.exec("commit");
        return kept;
      } catch (error) {
        if (database.isTransaction) database.exec("rollback");
        throw refusal(error, "The notices could not be written");
      }
    },
    pending: () => (all.all() as unknown as readonly Row[]).map(pendingOf),
    ended(id, { status, at, why, attempts }) {
      end.run(status, at, why, attempts, id);
    },
    tried(id, why) {
      tried.run(why, id);
    },
    close: () => database.close(),
  };
}

function sweep(database: DatabaseSync, now: number): void {
  database.prepare(SWEEP).run(now - KEPT_MS, KEPT_MOST);
}

function reading(database: DatabaseSync): Omit<Reading, "close"> {
  const of = database.prepare(OF_RUN);
  const tally = database.prepare(
    "select type, status, count(*) as count from notices group by 1, 2",
  );
  return {
    of: (run) => (of.all(run, LISTED_MOST) as unknown as readonly Row[]).map(recordOf),
    tally: () => tally.all() as never,
  };
}

type Row = {
  readonly id: string;
  readonly run: string;
  readonly seq: number;
  readonly type: Target["type"];
  readonly target: string;
  readonly event: Notice["event"];
  readonly phase: string | null;
  readonly at: number;
  readonly body: string;
  readonly status: NoticeRecord["status"];
  readonly attempts: number;
  readonly ended_at: number | null;
  readonly why: string;
};

function columnsOf({
  id,
  run,
  seq,
  to,
  event,
  phase,
  at,
  body,
}: Notice): (string | number | null)[] {
  return [id, run, seq, to.type, JSON.stringify(to), event, phase, at, JSON.stringify(body)];
}

function pendingOf({ target, body, id, run, seq, event, phase, at, attempts }: Row): Pending {
  return {
    id,
    run,
    seq,
    event,
    phase,
    at,
    attempts,
    to: JSON.parse(target),
    body: JSON.parse(body),
  };
}

function recordOf(row: Row): NoticeRecord {
  const { id, run, type, event, phase, at, ended_at: endedAt, status, attempts, why } = row;
  const to = placeOf(JSON.parse(row.target) as Target);
  return { id, run, type, to, event, phase, at, endedAt, status, attempts, why };
}

/** The path of a webhook is often its secret. */
function placeOf({ type, url, room, recipients, channel }: Target): string {
  if (room !== undefined) return room;
  if (recipients !== undefined) return recipients.join(", ");
  if (channel !== undefined) return channel;
  if (url === undefined) return type;
  return URL.canParse(url) ? new URL(url).host : url;
}

const TABLES = `
create table if not exists cursor (name text primary key, position integer not null) strict;
create table if not exists notices (
  place integer primary key,
  id text not null unique,
  run text not null,
  seq integer not null,
  type text not null,
  target text not null,
  event text not null,
  phase text,
  at integer not null,
  body text not null,
  status text not null default 'pending',
  attempts integer not null default 0,
  ended_at integer,
  why text not null default ''
) strict;
create index if not exists notices_by_run on notices (run, place);
create index if not exists notices_pending on notices (place) where status = 'pending';
`;
const INSERT = `insert or ignore into notices (id, run, seq, type, target, event, phase, at, body)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const END = "update notices set status = ?, ended_at = ?, why = ?, attempts = ? where id = ?";
/** Of progress, only the last that was told is kept. */
const OUTDATED = `delete from notices
  where run = ? and target = ? and event = 'progress' and status != 'pending'`;
const PENDING = "select * from notices where status = 'pending' order by place";
const OF_RUN = "select * from notices where run = ? order by place limit ?";
const SWEEP = `delete from notices where status != 'pending' and place in (
  select place from (select place, at from notices order by place limit 200)
  where at < ? or place <= (select max(place) from notices) - ?)`;

/** What people were told of these runs is deleted. */
export function forgetNotices(state: string, runs: readonly string[]): void {
  if (!hasBook(state) || runs.length === 0) return;
  using database = new DatabaseSync(join(state, FILE), { timeout: BUSY_MOST_MS });
  database.exec("pragma secure_delete = on; begin immediate");
  const remove = database.prepare("delete from notices where run = ?");
  for (const run of runs) remove.run(run);
  database.exec("commit; pragma wal_checkpoint(truncate)");
}
