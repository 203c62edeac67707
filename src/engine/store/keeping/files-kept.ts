import type { DatabaseSync } from "node:sqlite";
import type { Digest } from "../../../core/id.ts";
import type { Files } from "../../artifacts/index.ts";
import type { KeptFile } from "../log.ts";
import { inTransaction } from "../writing/transaction.ts";
import type { Alone } from "./archive.ts";

/** Those that are listed, newest first. */
const LISTED_MOST = 1_000;
/** Let go at once, and looked at in the folder at once; the others wait for the next time. */
const SWEPT_MOST = 1_000;
const LOOKED_MOST = 10_000;

/** Its bytes are on disk. Kept again, it is kept from then on. */
export function keepFile(database: DatabaseSync, file: KeptFile): void {
  const { digest, bytes, name, by, at } = file;
  database
    .prepare(
      "insert or replace into files (digest, bytes, name, person, at) values (?, ?, ?, ?, ?)",
    )
    .run(digest, bytes, name, by, at);
}

/** A log that an older Muster wrote and that is only looked at has none. */
export function fileIn(database: DatabaseSync, digest: Digest): KeptFile | null {
  if (database.prepare(HAS_FILES).get() === undefined) return null;
  const row = database.prepare("select * from files where digest = ?").get(digest);
  return row === undefined ? null : kept(row);
}

export function filesIn(database: DatabaseSync): readonly KeptFile[] {
  if (database.prepare(HAS_FILES).get() === undefined) return [];
  const listed = "select * from files order by at desc, digest limit ?";
  return database.prepare(listed).all(LISTED_MOST).map(kept);
}

const HAS_FILES = "select 1 from sqlite_master where type = 'table' and name = 'files'";

function kept(row: Readonly<Record<string, unknown>>): KeptFile {
  return {
    digest: String(row["digest"]) as Digest,
    bytes: Number(row["bytes"]),
    name: String(row["name"]),
    by: String(row["person"]),
    at: Number(row["at"]),
  };
}

const NAMED = /"file":"(sha256:[0-9a-f]{64})"/g;

/** The files that a JSON text names as values. Most name none, and are hardly looked at. */
export function filesNamedIn(text: string): readonly string[] {
  if (!text.includes('"file":"sha256:')) return NONE;
  return [...new Set([...text.matchAll(NAMED)].map(([, digest = ""]) => digest))];
}

const NONE: readonly string[] = [];

/**
 * Lets go of files that came before that time and that nobody names, some at a time; and of what stands
 * in their folder and no row names: a process died before it was kept.
 *
 * @returns how each further part is gone through
 */
export function openFileSweep(
  database: DatabaseSync,
  files: Files,
): (alone: Alone, before: number) => Promise<void> {
  const unnamed = database.prepare(`select digest from files f where at < ? and not exists
    (select 1 from file_names n where n.digest = f.digest) order by at limit ?`);
  const remove = database.prepare("delete from files where digest = ?");
  const known = database.prepare("select 1 from files where digest = ?");
  let after = "";
  return async (alone, before) => {
    // The file goes before its row: after a crash between the two it is looked at again.
    await alone(() =>
      inTransaction(database, () => {
        for (const { digest } of unnamed.all(before, SWEPT_MOST)) {
          files.remove(String(digest) as Digest);
          remove.run(String(digest));
        }
      }),
    );
    const old = files.old(after, LOOKED_MOST);
    after = old.length < LOOKED_MOST ? "" : (old.at(-1)?.name ?? "");
    const strays = old.filter(({ digest }) => digest === null || known.get(digest) === undefined);
    if (strays.length === 0) return;
    await alone(() => {
      for (const { name, digest } of strays)
        if (digest === null || known.get(digest) === undefined) files.removeFile(name);
    });
  };
}
