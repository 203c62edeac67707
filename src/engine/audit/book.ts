import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Frontier, newFrontier } from "../../core/audit/index.ts";
import { openToLook } from "../open-to-look.ts";
import { refusal } from "../refusal.ts";
import type { Growth } from "./growth.ts";

/** Beside the log: the checkpoints that were signed of it. */
const FILE = "audit.db";
const BUSY_MOST_MS = 5_000;
const HASH_BYTES = 32;
/** More are not kept here; the oldest go first, since newer ones are of the same events too. */
const KEPT_MOST = 100_000;

export type KeptNote = { readonly size: number; readonly at: number; readonly note: string };

/** What was signed, and how far the tree of the log has grown. */
export type Book = {
  readonly frontier: () => Frontier;
  /** The last that was signed; null where none was. */
  readonly last: () => KeptNote | null;
  /** All or nothing: the note, the tree that it is of, and the leaves that came to it. */
  readonly keep: (note: KeptNote, growth: Growth) => void;
  /** Those after a size, for a place outside: how far it has them is `pushed`. */
  readonly after: (size: number, most: number) => readonly KeptNote[];
  readonly pushedTo: (place: string) => number;
  readonly pushed: (place: string, size: number) => void;
  readonly close: () => void;
};

/** @param state the state folder @throws MusterError where the disk refuses */
export function openBook(state: string): Book {
  const path = join(state, FILE);
  try {
    closeSync(openSync(path, "a", 0o600));
    const database = new DatabaseSync(path, { timeout: BUSY_MOST_MS });
    // What a power failure takes of it is signed anew: the events are all in the log.
    database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    database.exec(TABLES);
    return bookIn(database);
  } catch (error) {
    throw refusal(error, `The checkpoints ${path} could not be opened`);
  }
}

/** All that are kept, oldest first, to look at; none where nothing was signed. */
export function notesIn(state: string): readonly KeptNote[] {
  const path = join(state, FILE);
  try {
    using database = openToLook(path);
    if (database === null) return [];
    return rows(database, 0, KEPT_MOST);
  } catch (error) {
    throw refusal(error, `The checkpoints ${path} could not be read`);
  }
}

/** The leaves that were signed, up to a size, as they were then; null where they are not whole. */
export function leavesIn(state: string, size: number): Uint8Array | null {
  using database = openToLook(join(state, FILE));
  if (database === null) return null;
  const parts: Uint8Array[] = [];
  let reached = 0;
  for (const row of database.prepare(LEAVES).iterate(size)) {
    if (Number(row["size"]) - Number(row["count"]) !== reached) return null;
    parts.push(row["hashes"] as Uint8Array);
    reached = Number(row["size"]);
  }
  return reached === size ? Buffer.concat(parts) : null;
}

const LEAVES = "select size, count, hashes from leaves where size <= ? order by size";

function bookIn(database: DatabaseSync): Book {
  return {
    frontier: () => {
      const row = database.prepare("select size, nodes from tree").get();
      if (row === undefined) return newFrontier();
      const nodes = Buffer.from(row["nodes"] as Uint8Array);
      const count = nodes.length / HASH_BYTES;
      return {
        size: Number(row["size"]),
        nodes: Array.from({ length: count }, (_, at) =>
          nodes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
        ),
      };
    },
    last: () => rows(database, -1, 1)[0] ?? null,
    keep: ({ size, at, note }, { frontier, leaves }) => {
      database.exec("begin immediate");
      try {
        database.prepare("insert or replace into notes values (?, ?, ?)").run(size, at, note);
        database.prepare(SWEEP).run(KEPT_MOST);
        database
          .prepare("insert or replace into leaves values (?, ?, ?)")
          .run(size, leaves.length / HASH_BYTES, leaves);
        database
          .prepare("insert or replace into tree (id, size, nodes) values (1, ?, ?)")
          .run(frontier.size, Buffer.concat(frontier.nodes));
        database.exec("commit");
      } catch (error) {
        if (database.isTransaction) database.exec("rollback");
        throw refusal(error, "A checkpoint could not be kept");
      }
    },
    after: (size, most) => rows(database, size, most),
    pushedTo: (place) =>
      Number(database.prepare("select size from pushed where place = ?").get(place)?.["size"] ?? 0),
    pushed: (place, size) => {
      database.prepare("insert or replace into pushed values (?, ?)").run(place, size);
    },
    close: () => database.close(),
  };
}

/** Of those after a size, oldest first; -1 is the newest. */
function rows(database: DatabaseSync, after: number, most: number): readonly KeptNote[] {
  const sql =
    after < 0
      ? "select size, at, note from notes order by size desc limit ?"
      : "select size, at, note from notes where size > ? order by size limit ?";
  const found =
    after < 0 ? database.prepare(sql).all(most) : database.prepare(sql).all(after, most);
  return found.map(({ size, at, note }) => ({
    size: Number(size),
    at: Number(at),
    note: String(note),
  }));
}

const TABLES = `
create table if not exists notes (
  size integer primary key,
  at integer not null,
  note text not null
) strict;
create table if not exists tree (
  id integer primary key check (id = 1),
  size integer not null,
  nodes blob not null
) strict;
create table if not exists leaves (
  size integer primary key,
  count integer not null,
  hashes blob not null
) strict;
create table if not exists pushed (
  place text primary key,
  size integer not null
) strict, without rowid;
`;
const SWEEP = `delete from notes where size <= (
  select size from notes order by size desc limit 1 offset ?)`;
