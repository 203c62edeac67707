import type { DatabaseSync } from "node:sqlite";
import { type Envelope, NOTHING_BEFORE } from "../../core/audit/index.ts";
import type { Digest, StreamId } from "../../core/id.ts";
import type { Stored } from "../../core/machine/index.ts";
import type { Artifacts } from "../artifacts/index.ts";
import { refusal } from "../refusal.ts";
import type { Keyring } from "../sealing/index.ts";
import { streamsOf } from "./keeping/erase.ts";
import { fileIn, filesIn } from "./keeping/files-kept.ts";
import { putsIn } from "./keeping/puts.ts";
import type {
  Archived,
  Gone,
  Listener,
  Log,
  Published,
  Row,
  StandingFilter,
  Timer,
  Writing,
} from "./log.ts";
import { readContents } from "./reader-contents.ts";
import { STANDINGS, type StandingRow, standingsOf, toStanding } from "./standing.ts";
import { type Decision, unpack } from "./writing/decision.ts";
import { openText, snapshotPlace } from "./writing/sealed.ts";

/** Rows of a stream that are in memory at once while it is read. */
const ROWS_READ_MOST = 256;

/** The half of the log that asks. Throws `MusterError` where the file cannot be read or is damaged. */
export type Reader = Omit<Log, "append" | "publish" | "close" | Writing>;

type ReaderParts = {
  readonly tenant: string;
  readonly artifacts: Artifacts;
  readonly keys: Keyring;
};

export function openReader(
  database: DatabaseSync,
  { tenant, artifacts, keys }: ReaderParts,
): Reader {
  const ask = asking(database);
  const events = readEvents(ask, { tenant, keys });
  return {
    tenant,
    keys,
    ...events,
    end: () => ask<{ position: number }>(LAST_POSITION)[0]?.position ?? 0,
    snapshot(stream, machine) {
      const [row] = ask<{ seq: number; state: string }>(SNAPSHOT, stream, machine);
      const state = row === undefined ? null : openText(row.state, snapshotPlace(stream), keys);
      return row === undefined || state === null ? null : { seq: row.seq, state };
    },
    ...readContents(ask, { artifacts, keys }),
    streamsOf: (subjects) => streamsOf(database, subjects),
    rows: (after, most) => ask<Row>(TAIL, after, most),
    gone: (after, most) => ask<Gone>(GONE, after, most),
    unsettled: () => ask<{ name: StreamId }>(UNSETTLED).map(({ name }) => name),
    due: (until, most) => ask<Timer>(DUE, until, most).map((timer) => ({ ...timer })),
    nextDue: () => ask<{ due: number | null }>(NEXT_DUE)[0]?.due ?? null,
    listening: (event, match) => ask<Listener>(LISTENING, event, match).map((row) => ({ ...row })),
    came({ stream, key }) {
      const [listen] = ask<Listen>(LISTEN, stream, key);
      if (listen === undefined) return null;
      const { event, match, since } = listen;
      const [row] =
        match === ""
          ? ask<Published>(CAME_ANY, event, since)
          : ask<Published>(CAME, event, match, since);
      return row === undefined ? null : { ...row };
    },
    untold: () => ask<Listener>(UNTOLD).map((row) => ({ ...row })),
    ...lasting(ask),
    ...readStandings(ask, keys),
    ...readArchives(ask),
    ...readPuts(database, ask),
  };
}

function readStandings(
  ask: Ask,
  keys: Keyring,
): Pick<Reader, "standings" | "standing" | "named" | "tally"> {
  return {
    standings(filter) {
      const { sql, values } = standingsQuery(filter);
      return ask<StandingRow>(sql, ...values).map((row) => toStanding(row, keys));
    },
    standing(stream) {
      const [row] = ask<StandingRow>(
        `${STANDINGS} where s.name = ? and s.status is not null`,
        stream,
      );
      return row === undefined ? null : toStanding(row, keys);
    },
    named(name, now) {
      const [row] = ask<{ stream: StreamId }>(NAMED, name, now);
      return row?.stream ?? null;
    },
    tally: () => ask<{ status: string; count: number }>(TALLY).map((row) => ({ ...row })),
  };
}

/** What runs leave to others: what they used, and what they gave. */
function lasting(ask: Ask): Pick<Reader, "account" | "result"> {
  return {
    account: (name) => ask<{ amount: number }>(ACCOUNT, name)[0]?.amount ?? 0,
    result: (digest, now) => {
      const [row] = ask<{ run: StreamId; path: string; output: string }>(RESULT, digest, now);
      if (row === undefined) return null;
      return { run: row.run, path: row.path, output: JSON.parse(row.output) as Stored };
    },
  };
}

type Holdings = { readonly count: number; readonly bytes: number };

function readPuts(
  database: DatabaseSync,
  ask: Ask,
): Pick<Reader, "puts" | "holdings" | "file" | "files"> {
  return {
    puts: () => putsIn(database),
    file: (digest) => fileIn(database, digest),
    files: () => filesIn(database),
    holdings: () => ({ ...(ask<Holdings>(HOLDINGS)[0] ?? { count: 0, bytes: 0 }) }),
  };
}

type Listen = { readonly event: string; readonly match: string; readonly since: number };

type RowRead = Decision & { readonly id: number };

export type Ask = <Row>(sql: string, ...values: readonly (string | number | null)[]) => Row[];

/** Statements are prepared once; their number is that of the queries in this file. */
function asking(database: DatabaseSync): Ask {
  const prepared = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  return <Row>(sql: string, ...values: readonly (string | number | null)[]) => {
    try {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        statement = database.prepare(sql);
        prepared.set(sql, statement);
      }
      return statement.all(...values) as Row[];
    } catch (error) {
      throw refusal(error, "The log could not be read");
    }
  };
}

function readArchives(ask: Ask): Pick<Reader, "archived" | "archives"> {
  return {
    archived(stream) {
      const [row] = ask<ArchivedRow>(`${ARCHIVED} where stream = ?`, stream);
      return row === undefined ? null : toArchived(row);
    },
    archives: (most) =>
      ask<ArchivedRow>(`${ARCHIVED} order by ended_at, stream limit ?`, most).map(toArchived),
  };
}

type ArchivedRow = Omit<Archived, "endedAt"> & { readonly ended_at: number };

function toArchived({ ended_at: endedAt, ...row }: ArchivedRow): Archived {
  return { ...row, endedAt };
}

const ARCHIVED = "select stream, file, at, ended_at, workflow, status, seq, hash from archived";

function readEvents(
  ask: Ask,
  of: Pick<ReaderParts, "tenant" | "keys">,
): Pick<Reader, "read" | "tail"> {
  function hashBefore(row: RowRead): Digest {
    if (row.fence === 0) return NOTHING_BEFORE;
    return ask<{ hash: Digest }>(HASH_BEFORE, row.id, row.fence)[0]?.hash ?? NOTHING_BEFORE;
  }
  return {
    *read(stream, after = 0) {
      let [from] = ask<{ fence: number }>(ROW_OF, stream, after).map(({ fence }) => fence);
      let prev: Digest | null = null;
      while (from !== undefined) {
        const rows: RowRead[] = ask(ROWS, stream, from, ROWS_READ_MOST);
        for (const row of rows) {
          const events = unpack(row, of, prev ?? hashBefore(row));
          yield* row.fence >= after ? events : events.filter(({ seq }) => seq > after);
          prev = row.hash;
          from = row.fence + row.count;
        }
        if (rows.length < ROWS_READ_MOST) return;
      }
    },
    tail(after, most, type) {
      if (type !== undefined) return tailOf({ ask, of, hashBefore }, { type, after, most });
      const found: Envelope[] = [];
      const ends = new Map<StreamId, Digest>();
      for (const row of ask<RowRead>(TAIL, after, most)) {
        const prev = ends.get(row.stream) ?? hashBefore(row);
        for (const event of unpack(row, of, prev))
          if (event.position > after && found.length < most) found.push(event);
        ends.set(row.stream, row.hash);
        if (found.length === most) break;
      }
      return found;
    },
  };
}

type Reading = {
  readonly ask: Ask;
  readonly of: Pick<ReaderParts, "tenant" | "keys">;
  readonly hashBefore: (row: RowRead) => Digest;
};

/** A row may have the type's name elsewhere than as an event's type: then the next are read. */
function tailOf(
  { ask, of, hashBefore }: Reading,
  wanted: { readonly type: string; readonly after: number; readonly most: number },
): Envelope[] {
  const { type, after, most } = wanted;
  const found: Envelope[] = [];
  for (let from = after; ; ) {
    const rows = ask<RowRead>(TAIL_OF, from, `[${JSON.stringify(type)},`, most);
    for (const row of rows) {
      const events = unpack(row, of, hashBefore(row));
      found.push(...events.filter((event) => event.type === type && event.position > after));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < most || found.length >= most)
      return found.slice(0, most);
    from = last.position;
  }
}

/** The choice of runs is made first, so that the log is looked into for those alone. */
function standingsQuery(filter: StandingFilter): {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
} {
  const wanted = [
    "status is not null",
    filter.kind === undefined ? "kind is null" : `kind = '${filter.kind}'`,
    ...(filter.unsettled === true ? ["unsettled = 1"] : []),
  ];
  const values: (string | number)[] = [];
  if (filter.status !== undefined) {
    wanted.push(`status in (select value from json_each(?))`);
    values.push(JSON.stringify(filter.status));
  }
  if (filter.workflow !== undefined) {
    wanted.push("workflow = ?");
    values.push(filter.workflow);
  }
  if (filter.parent !== undefined)
    wanted.push(filter.parent === null ? "parent is null" : "parent = ?");
  if (typeof filter.parent === "string") values.push(filter.parent);
  const choice = `(select * from streams where ${wanted.join(" and ")} order by id desc limit ? offset ?)`;
  return {
    sql: `${standingsOf(choice)} order by s.id desc`,
    values: [...values, filter.most, filter.offset ?? 0],
  };
}

/** Of the last event, also where it stands in an archive now. */
export const LAST_POSITION = `select max(
  coalesce((select max(position) from decisions), 0),
  coalesce((select cast(value as integer) from about where name = 'position'), 0)) as position`;
const DECISION = `d.position, s.id, s.name as stream, d.fence, d.count, d.at, d.actor, d.cause, d.hash, d.body
  from decisions d join streams s on s.id = d.stream`;
const ROWS = `select ${DECISION} where s.name = ? and d.fence >= ? order by d.fence limit ?`;
const TAIL = `select ${DECISION} where d.position > ? order by d.position limit ?`;
/** Rows whose text has this in it: a few may have it elsewhere than as an event's type. */
const TAIL_OF = `select ${DECISION} where d.position > ? and instr(d.body, ?) > 0 order by d.position limit ?`;
/** The row in which the event after this seq stands: a decision may be read from its middle. */
const ROW_OF = `select fence from decisions where stream = (select id from streams where name = ?)
  and fence <= ? order by fence desc limit 1`;
const HASH_BEFORE = `select hash from decisions where stream = ? and fence < ? order by fence desc limit 1`;
const RESULT = "select run, path, output from results where digest = ? and until > ?";
const ACCOUNT = "select amount from accounts where name = ?";
const SNAPSHOT = `select seq, state from snapshots
  where stream = (select id from streams where name = ?) and machine = ?`;
const HOLDINGS = "select count(*) as count, coalesce(sum(bytes), 0) as bytes from contents";
const GONE =
  "select position, count, hashes from gone where position > ? order by position limit ?";
const TALLY =
  "select status, count(*) as count from streams where status is not null and kind is null group by status order by status";
const NAMED = `select s.name as stream from names n join streams s on s.id = n.stream
  where n.name = ? and (n.until is null or n.until > ?)`;
const UNSETTLED = "select name from streams where unsettled = 1 and kind is null order by id";
const DUE = `select s.name as stream, t.key, t.due from timers t join streams s on s.id = t.stream
  where t.due <= ? order by t.due, t.stream, t.key limit ?`;
const NEXT_DUE = "select min(due) as due from timers";
const LISTENING = `select s.name as stream, l.key from listens l join streams s on s.id = l.stream
  where l.event = ? and l.match = ? order by l.stream, l.key`;
const LISTEN = `select event, match, since from listens
  where stream = (select id from streams where name = ?) and key = ?`;
const CAME = `select * from published where event = ? and match = ? and position > ?
  order by position limit 1`;
const CAME_ANY =
  "select * from published where event = ? and position > ? order by position limit 1";
const UNTOLD = `select s.name as stream, l.key from listens l join streams s on s.id = l.stream
  where exists (select 1 from published) and case l.match
    when '' then exists (
      select 1 from published p where p.event = l.event and p.position > l.since)
    else exists (
      select 1 from published p
      where p.event = l.event and p.match = l.match and p.position > l.since) end
  order by l.stream, l.key`;
