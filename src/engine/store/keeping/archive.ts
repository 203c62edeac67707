import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import type { Digest, StreamId } from "../../../core/id.ts";
import type { Artifacts } from "../../artifacts/index.ts";
import { refusal } from "../../refusal.ts";
import type { Archived } from "../log.ts";
import { LAST_POSITION } from "../reader.ts";
import { bytesOf, type HashedRow, hashesIn } from "../writing/hashes.ts";
import { inTransaction } from "../writing/transaction.ts";

/** Takes streams out of the log, and what nobody names any more after them. */
export type Archiver = {
  readonly archive: (streams: readonly Archived[]) => readonly StreamId[];
  readonly forget: (stream: StreamId) => void;
  /** @param alone runs a piece of work while nobody else writes */
  readonly compact: (alone: Alone) => Promise<void>;
  /** Deletes contents that nobody names any more. */
  readonly sweep: (alone: Alone, isOver?: () => boolean) => Promise<void>;
};

export type Alone = (work: () => void) => Promise<void>;

/** Rows of the log that are looked through in one turn of the event loop. */
const ROWS_AT_ONCE_MOST = 500;
/** Rows that one sweep looks through; the next goes on behind them. */
const ROWS_MOST = 50_000;
const ROUNDS_MOST = 100;
/** Contents that are looked for at once; the others wait for the next time. */
const LOOSE_MOST = 100_000;
/** Free pages that are worth writing the file anew: of all its pages, and at least so many. */
const FREE_SHARE_LEAST = 0.2;
const FREE_PAGES_LEAST = 256;

export function openArchiver(database: DatabaseSync, artifacts: Artifacts): Archiver {
  return {
    archive: (streams) =>
      inTransaction(database, () => {
        const taken = streams.filter((one) => take(database, one)).map(({ stream }) => stream);
        return taken;
      }),
    forget: (stream) =>
      inTransaction(database, () => {
        database.prepare("delete from archived where stream = ?").run(stream);
        database.prepare("delete from file_names where owner = ?").run(stream);
      }),
    sweep: async (alone, isOver) => {
      await sweep({ database, artifacts, alone, rowsMost: ROWS_MOST, isOver });
    },
    compact: async (alone) => {
      const whole = { database, artifacts, alone, rowsMost: Infinity };
      for (let rounds = 0; rounds < ROUNDS_MOST && (await sweep(whole)); rounds += 1);
      await alone(() => shorten(database));
    },
  };
}

/** @returns whether it was taken out: it is there, at rest, and ends where the archive ends */
function take(database: DatabaseSync, archived: Archived): boolean {
  const { stream, file, at, endedAt, workflow, status, seq, hash } = archived;
  const row = database.prepare(AT_REST).get(stream, seq, hash);
  if (row === undefined) return false;
  const id = Number(row["id"]);
  const subject = row["subject"] as string | null;
  database.prepare(NOTE).run(stream, file, at, endedAt, workflow, status, seq, hash, subject);
  database.prepare(KEEP_POSITION).run();
  const loose = database.prepare("insert into loose (digest) values (?) on conflict do nothing");
  const inherit = database.prepare(INHERIT_FILES);
  for (const { body } of bodiesOf(database, id))
    for (const digest of digestsIn(body)) {
      if (!isContent(database, digest)) continue;
      loose.run(digest);
      inherit.run(stream, digest);
    }
  keepHashes(database, id);
  for (const sql of REMOVALS) database.prepare(sql).run(id);
  database.prepare("delete from streams where id = ?").run(id);
  return true;
}

/** What was signed of the log can be checked though these events are not there. */
function keepHashes(database: DatabaseSync, id: number): void {
  const rows = database
    .prepare("select position, count, hash, body from decisions where stream = ?")
    .all(id);
  const keep = database.prepare("insert into gone (position, count, hashes) values (?, ?, ?)");
  for (const row of rows) {
    const { position, count, hash, body } = row as unknown as HashedRow;
    keep.run(position, count, Buffer.concat(hashesIn({ count, hash, body }).map(bytesOf)));
  }
}

const AT_REST = `select s.id, s.subject from streams s join decisions d on d.stream = s.id
  where s.name = ? and s.ended_at is not null and s.unsettled = 0
    and d.fence = (select max(fence) from decisions where stream = s.id)
    and d.fence + d.count = ? and d.hash = ?`;
const NOTE = `insert or replace into archived
  (stream, file, at, ended_at, workflow, status, seq, hash, subject)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
/** An archive names the files that its contents named, for as long as it is kept. */
const INHERIT_FILES = `insert into file_names (digest, owner)
  select digest, ? from file_names where owner = ? on conflict do nothing`;
const KEEP_POSITION = `insert or replace into about (name, value)
  select 'position', cast(position as text) from (${LAST_POSITION})`;
const REMOVALS: readonly string[] = ["decisions", "causes", "timers", "listens", "snapshots"].map(
  (table) => `delete from ${table} where stream = ?`,
);

function* bodiesOf(database: DatabaseSync, id: number): Generator<{ readonly body: string }> {
  const rows = database.prepare("select body from decisions where stream = ?").iterate(id);
  for (const row of rows) yield { body: String(row["body"]) };
}

const DIGEST = /sha256:[0-9a-f]{64}/g;

function digestsIn(body: string): readonly string[] {
  return [...new Set(body.match(DIGEST))];
}

function isContent(database: DatabaseSync, digest: string): boolean {
  return database.prepare("select 1 from contents where digest = ?").get(digest) !== undefined;
}

type Sweep = {
  readonly database: DatabaseSync;
  readonly artifacts: Artifacts;
  readonly alone: Alone;
  readonly rowsMost: number;
  readonly isOver?: (() => boolean) | undefined;
};

/**
 * What was written before is looked through in turns, where the last sweep left off; what was written
 * meanwhile, alone. @returns whether more is left to look for
 */
async function sweep(given: Sweep): Promise<boolean> {
  const { database, artifacts, alone, rowsMost, isOver = () => false } = given;
  const { known, looked } = looseIn(database);
  if (known.length === 0) return false;
  const loose = new Set(known);
  const look = database.prepare(
    "select position, body from decisions where position > ? order by position limit ?",
  );
  let from = looked;
  let rowsLeft = rowsMost;
  const next = (): boolean => {
    const rows = look.all(from, ROWS_AT_ONCE_MOST);
    for (const row of rows) {
      from = Number(row["position"]);
      for (const digest of digestsIn(String(row["body"]))) loose.delete(digest);
    }
    rowsLeft -= rows.length;
    return rows.length === ROWS_AT_ONCE_MOST;
  };
  let isMore = true;
  while (isMore && loose.size > 0 && rowsLeft > 0 && !isOver()) {
    isMore = next();
    await turn();
  }
  const isDone = !isMore || loose.size === 0;
  await alone(() => {
    while (isDone && loose.size > 0 && next());
    inTransaction(database, () => {
      if (isDone) letGo({ database, artifacts }, known, loose);
      leaveOff(database, { known, left: loose, at: from });
    });
  });
  return isDone && database.prepare("select 1 from loose where looked < ?").get(from) !== undefined;
}

/** Those that were looked for the longest: whoever was begun with is brought to an end. */
function looseIn(database: DatabaseSync): {
  readonly known: readonly string[];
  readonly looked: number;
} {
  const [first] = database.prepare("select max(looked) as looked from loose").all();
  const looked = Number(first?.["looked"] ?? 0);
  const rows = database
    .prepare("select digest from loose where looked = ? limit ?")
    .all(looked, LOOSE_MOST);
  return { known: rows.map((row) => String(row["digest"])), looked };
}

/** Those that somebody names are let be; the others are looked for behind here the next time. */
function leaveOff(
  database: DatabaseSync,
  at: {
    readonly known: readonly string[];
    readonly left: ReadonlySet<string>;
    readonly at: number;
  },
): void {
  const resolve = database.prepare("delete from loose where digest = ?");
  const leave = database.prepare("update loose set looked = ? where digest = ?");
  for (const digest of at.known) {
    if (at.left.has(digest)) leave.run(at.at, digest);
    else resolve.run(digest);
  }
}

/** The file goes before its row: after a crash between the two the row is still loose, and is looked at again. */
function letGo(
  { database, artifacts }: Pick<Sweep, "database" | "artifacts">,
  known: readonly string[],
  gone: ReadonlySet<string>,
): void {
  const content = database.prepare(
    "delete from contents where digest = ? returning text is null as large",
  );
  const resolve = database.prepare("delete from loose where digest = ?");
  const put = database.prepare("select 1 from puts where digest = ?");
  const names = database.prepare("delete from file_names where owner = ?");
  const cached = cachedIn(database);
  for (const digest of known) {
    // Looked at again when its time in the cache is over.
    if (gone.has(digest) && cached.has(digest)) continue;
    const isKept = !gone.has(digest) || put.get(digest) !== undefined;
    const large = !isKept && content.get(digest)?.["large"] === 1;
    if (large) artifacts.remove(digest as Digest);
    if (!isKept) names.run(digest);
    resolve.run(digest);
  }
}

/** Contents that a result in the cache names: whoever is given it reads them. */
function cachedIn(database: DatabaseSync): ReadonlySet<string> {
  const rows = database.prepare("select output from results").all();
  return new Set(rows.flatMap((row) => digestsIn(String(row["output"]))));
}

/** Written anew where much of it is free; then its write-ahead log is emptied. */
function shorten(database: DatabaseSync): void {
  const free = pragma(database, "freelist_count");
  const isWorth =
    free >= FREE_PAGES_LEAST && free >= FREE_SHARE_LEAST * pragma(database, "page_count");
  try {
    if (isWorth) database.exec("vacuum");
    database.exec("pragma wal_checkpoint(truncate)");
  } catch (error) {
    throw refusal(error, "The log could not be made shorter");
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name]);
}
