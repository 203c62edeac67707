import type { DatabaseSync } from "node:sqlite";
import { MusterError } from "../../../core/problem.ts";
import { LOG } from "../migrations/0001-log.ts";
import { PUBLISHED } from "../migrations/0002-published.ts";
import { LEDGER } from "../migrations/0003-ledger.ts";
import { ARCHIVED } from "../migrations/0004-archived.ts";
import { RESULTS } from "../migrations/0005-results.ts";
import { PUTS } from "../migrations/0006-puts.ts";
import { CASES } from "../migrations/0007-cases.ts";
import { SEALED } from "../migrations/0008-sealed.ts";
import { FILES } from "../migrations/0009-files.ts";

/** In order; the number of the last is the file's version. What was released is never edited. */
const MIGRATIONS: readonly string[] = [
  LOG,
  PUBLISHED,
  LEDGER,
  ARCHIVED,
  RESULTS,
  PUTS,
  CASES,
  SEALED,
  FILES,
];

/** The version of a file that this code writes. */
export const VERSION: number = MIGRATIONS.length;

/** Marks a database file as a log of Muster ("MSTR"). */
const APPLICATION = 0x4d_53_54_52;

/**
 * The file's version, 0 for an empty one; changes nothing.
 * @throws MusterError "newer-version" where a later Muster wrote it, "corrupt" where it is another program's
 */
export function versionOf(database: DatabaseSync, path: string): number {
  const version = pragma(database, "user_version");
  const isEmpty = version === 0 && pragma(database, "schema_version") === 0;
  if (!isEmpty && pragma(database, "application_id") !== APPLICATION) throw foreign(path);
  if (version > MIGRATIONS.length) throw newer(path, version);
  return version;
}

/** Brings the file from its version to the one this code knows, in one transaction. */
export function migrate(database: DatabaseSync, version: number): void {
  if (version === MIGRATIONS.length) return;
  database.exec("begin immediate");
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
  database.exec(`pragma application_id = ${APPLICATION}`);
  database.exec(`pragma user_version = ${MIGRATIONS.length}`);
  database.exec("commit");
}

/** A file of an older version that is only looked at: what later versions read is there, and empty. */
export function completeForLook(database: DatabaseSync): void {
  const lacks = (column: string): boolean =>
    database.prepare("select 1 from pragma_table_info('streams') where name = ?").get(column) ===
    undefined;
  if (!lacks("subject")) return;
  const kind = lacks("kind") ? ", null as kind" : "";
  if (kind !== "")
    database.exec("create temp table names (name text, stream integer, until integer)");
  database.exec(`create temp view streams as select *, null as subject${kind} from main.streams;
    create temp view archived as select *, null as subject from main.archived;
    create temp view contents as select *, null as subject from main.contents;
    create temp table gone (position integer, count integer, hashes blob)`);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name]);
}

function newer(path: string, version: number): MusterError {
  return new MusterError({
    code: "newer-version",
    message: `${path} is of version ${version}; this Muster knows versions up to ${MIGRATIONS.length}.`,
    mend: "Install the newer Muster that wrote it, or restore a copy made before.",
  });
}

function foreign(path: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `${path} is a database, but not a log of Muster.`,
    mend: "Move it elsewhere; Muster makes its own.",
  });
}
