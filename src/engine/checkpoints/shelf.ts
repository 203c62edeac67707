import { DatabaseSync } from "node:sqlite";
import type { Workflow } from "../../core/definition/index.ts";
import { CHECKPOINTS_KEPT_MOST, type Checkpoint, policyOf } from "../../core/history/index.ts";
import type { Digest, RunId } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import { openToLook } from "../open-to-look.ts";
import { refusal } from "../refusal.ts";
import { makeOwnFile } from "../store/index.ts";

/** A checkpoint as it is kept. `hash` is of the event it stands at, and so of all of the log before. */
export type Kept = Checkpoint & {
  readonly run: RunId;
  readonly hash: Digest;
  readonly storage: "file" | "database" | "redis";
  /** Whether its copy is where it is to be; in the database the row is all. */
  readonly isCopied: boolean;
};

/** As it is kept: where the workflow wants its copy. */
export function rowOf(
  { workflow, hash }: { readonly workflow: Workflow; readonly hash: Digest },
  run: RunId,
  made: Checkpoint,
): Kept {
  const storage = policyOf(workflow)?.storage ?? "database";
  return { ...made, run, hash, storage, isCopied: storage === "database" };
}

/**
 * The table of checkpoints, in a file of its own: what it holds follows from the log, so that it is
 * written without a flush, apart from the log's transactions, and can be lost.
 */
export type Shelf = {
  /** The position in the log up to which it was read. */
  readonly cursor: () => number;
  /** Keeps these and the cursor, all or nothing. The same again is once; what is more than the most of a run goes. */
  readonly keep: (rows: readonly Kept[], cursor: number) => void;
  /** Of a run, oldest first. */
  readonly of: (run: RunId) => readonly Kept[];
  /** Those whose copies are to be made, at most `most`, the longest waiting first. */
  readonly uncopied: (most: number) => readonly Kept[];
  readonly copied: (run: RunId, number: number) => void;
  readonly close: () => void;
};

/** Rows of all runs; the oldest go first. */
const ROWS_KEPT_MOST = 1_000_000;
/** Rows looked at for sweeping each time. */
const SWEPT_MOST = 1_000;
const BUSY_MOST_MS = 2_000;

const MIGRATIONS: readonly string[] = [
  `create table cursor (id integer primary key check (id = 1), position integer not null) strict;
   insert into cursor values (1, 0);
   create table checkpoints (
     id integer primary key,
     run text not null,
     number integer not null,
     seq integer not null,
     at integer not null,
     phase integer not null,
     phase_name text not null,
     step text not null,
     hash text not null,
     storage text not null,
     copied integer not null,
     unique (run, number)
   ) strict;
   create index checkpoints_uncopied on checkpoints (id) where copied = 0;`,
];

/** @param path of the file; ":memory:" keeps it in memory */
export function openShelf(path: string): Shelf {
  if (path !== ":memory:") makeOwnFile(path);
  const database = new DatabaseSync(path, { timeout: BUSY_MOST_MS });
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    migrate(database, path);
    return shelfOn(database);
  } catch (error) {
    database.close();
    throw unread(error, path);
  }
}

/** To read while another process writes it; null where there is none. */
export function lookIntoShelf(path: string): Pick<Shelf, "of" | "close"> | null {
  try {
    const database = openToLook(path);
    return database === null
      ? null
      : { of: (run) => rowsOf(database, run), close: () => database.close() };
  } catch (error) {
    throw unread(error, path);
  }
}

/** All that stands in it follows from the log. */
function unread(error: unknown, path: string): MusterError {
  const { code, message, mend } = refusal(error, `The checkpoints ${path} could not be opened`);
  const anew = "Delete the file: it is made anew from the log.";
  return new MusterError(
    { code, message, mend: code === "corrupt" ? anew : (mend ?? anew) },
    error,
  );
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("pragma user_version").get()?.["user_version"]);
  if (version > MIGRATIONS.length)
    throw new MusterError({
      code: "newer-version",
      message: `${path} was written by a newer Muster.`,
      mend: "Install that one, or delete the file: it is made anew from the log.",
    });
  if (version === MIGRATIONS.length) return;
  database.exec("begin immediate");
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
  database.exec(`pragma user_version = ${MIGRATIONS.length}`);
  database.exec("commit");
}

function shelfOn(database: DatabaseSync): Shelf {
  const insert = database.prepare(INSERT);
  const trim = database.prepare("delete from checkpoints where run = ? and number <= ?");
  const advance = database.prepare("update cursor set position = ?");
  const sweep = database.prepare(SWEEP);
  return {
    cursor: () => Number(database.prepare("select position from cursor").get()?.["position"]),
    keep: (rows, cursor) => {
      database.exec("begin immediate");
      try {
        for (const row of rows) {
          insert.run(...columnsOf(row));
          if (row.number > CHECKPOINTS_KEPT_MOST)
            trim.run(row.run, row.number - CHECKPOINTS_KEPT_MOST);
        }
        if (rows.length > 0) sweep.run(SWEPT_MOST, ROWS_KEPT_MOST);
        advance.run(cursor);
        database.exec("commit");
      } catch (error) {
        // A full disk has rolled it back already, and is what is told.
        if (database.isTransaction) database.exec("rollback");
        throw error;
      }
    },
    of: (run) => rowsOf(database, run),
    uncopied: (most) =>
      database.prepare(`${SELECT} where copied = 0 order by id limit ?`).all(most).map(keptOf),
    copied: (run, number) => {
      database
        .prepare("update checkpoints set copied = 1 where run = ? and number = ?")
        .run(run, number);
    },
    close: () => database.close(),
  };
}

function rowsOf(database: DatabaseSync, run: RunId): readonly Kept[] {
  return database.prepare(`${SELECT} where run = ? order by number`).all(run).map(keptOf);
}

const SELECT =
  "select run, number, seq, at, phase, phase_name, step, hash, storage, copied from checkpoints";
const INSERT = `insert into checkpoints
  (run, number, seq, at, phase, phase_name, step, hash, storage, copied)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`;
const SWEEP = `delete from checkpoints where id in (
  select id from (select id from checkpoints order by id limit ?)
  where id <= (select max(id) from checkpoints) - ?)`;

function columnsOf(row: Kept): (string | number)[] {
  const { run, number, seq, at, phase, phaseName, step, hash, storage, isCopied } = row;
  return [run, number, seq, at, phase, phaseName, step, hash, storage, isCopied ? 1 : 0];
}

function keptOf(row: Record<string, unknown>): Kept {
  return {
    id: `cp_${Number(row["number"])}`,
    run: String(row["run"]) as RunId,
    number: Number(row["number"]),
    seq: Number(row["seq"]),
    at: Number(row["at"]),
    phase: Number(row["phase"]),
    phaseName: String(row["phase_name"]),
    step: String(row["step"]),
    hash: String(row["hash"]) as Digest,
    storage: String(row["storage"]) as Kept["storage"],
    isCopied: row["copied"] === 1,
  };
}
