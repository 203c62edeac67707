import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { MusterError } from "../../../core/problem.ts";
import { openArtifacts } from "../../artifacts/index.ts";
import type { Keyring } from "../../sealing/index.ts";
import { openKeyring, openMemoryKeyring } from "../../sealing/index.ts";
import type { Log } from "../log.ts";
import { openReader } from "../reader.ts";
import { STATE_FOLDER } from "./folder.ts";
import { completeForLook, versionOf } from "./migrate.ts";
import { refusal } from "./refusal.ts";

/**
 * The log of a company to look at: nothing is locked, made or written, and another process may be
 * writing it.
 *
 * @param company the company's folder
 * @returns null when it has no log, or one in which nothing stands yet: whoever made it was ended at once
 * @throws MusterError "corrupt", "read-only" or "io" where the log is there and cannot be read
 */
export function lookIntoSqlite(company: string): Log | null {
  const state = join(company, STATE_FOLDER);
  const path = join(state, "log.db");
  if (!existsSync(path)) return null;
  const found = opened(state, path);
  return found === null
    ? null
    : reading(found, join(state, "artifacts"), openKeyring(state, true));
}

/**
 * Whether a file is a log that this Muster knows.
 * @throws MusterError "newer-version", or "corrupt" where it is another program's, and what SQLite throws
 */
export function isLog(path: string): boolean {
  using database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MOST_MS });
  return versionOf(database, path) > 0;
}

/**
 * A log that stands alone in one file, with all its contents in it: a backup.
 * @throws MusterError "corrupt" where nothing stands in it, and what SQLite throws
 */
export function lookIntoFile(path: string): {
  readonly log: Log;
  readonly contents: () => Iterable<readonly [digest: string, text: string]>;
} {
  const found = openFile(path, path);
  if (found === null)
    throw new MusterError({ code: "corrupt", message: `${path} is empty: it holds no log.` });
  return {
    log: reading(found, `${path}.artifacts`, openMemoryKeyring()),
    *contents() {
      const rows = found.database.prepare(OPEN_CONTENTS).iterate();
      for (const row of rows) yield [String(row["digest"]), String(row["text"])];
    },
  };
}

function reading({ database, tenant }: Opened, artifacts: string, keys: Keyring): Log {
  return {
    ...openReader(database, { tenant, artifacts: openArtifacts(artifacts), keys }),
    append: () => Promise.reject(lookedAt()),
    publish: () => Promise.reject(lookedAt()),
    archive: () => Promise.reject(lookedAt()),
    forgetArchive: () => Promise.reject(lookedAt()),
    compact: () => Promise.reject(lookedAt()),
    put: () => Promise.reject(lookedAt()),
    keepFile: () => Promise.reject(lookedAt()),
    sweep: () => Promise.reject(lookedAt()),
    erase: () => Promise.reject(lookedAt()),
    close: async () => {
      keys.close();
      if (database.isOpen) database.close();
    },
  };
}

/** The name of a sealed one is not of the text that is kept. */
const OPEN_CONTENTS = "select digest, text from contents where subject is null";

type Opened = { readonly database: DatabaseSync; readonly tenant: string };

/**
 * SQLite shares the log with who writes it through a file that it makes beside it. Where it may make
 * none, a log that was closed is read as the file that it is; one that was not has its newest events
 * in a second file, which cannot be read without the first.
 */
function opened(state: string, path: string): Opened | null {
  try {
    return openFile(path, path);
  } catch (error) {
    const told = refusal(error, `The log ${path} could not be opened`);
    // SQLite calls it "cannot open" or "read-only", by what of the folder is kept from us.
    if ((told.code !== "io" && told.code !== "read-only") || isWritable(state)) throw told;
    if (!wasClosed(path)) throw unwritable(state);
    try {
      return openFile(new URL(`${pathToFileURL(path).href}?immutable=1`), path);
    } catch (again) {
      throw refusal(again, `The log ${path} could not be opened`);
    }
  }
}

/**
 * @returns null where nothing stands in it yet
 * @throws MusterError "newer-version", "corrupt", and what SQLite throws
 */
function openFile(file: string | URL, path: string): Opened | null {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MOST_MS });
  try {
    if (versionOf(database, path) === 0) {
      database.close();
      return null;
    }
    const tenant = database.prepare("select value from about where name = 'tenant'").get();
    completeForLook(database);
    return { database, tenant: String(tenant?.["value"] ?? "local") };
  } catch (error) {
    if (database.isOpen) database.close();
    throw error;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function wasClosed(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function unwritable(state: string): MusterError {
  return new MusterError({
    code: "read-only",
    message: `The log in ${state} was not closed by who wrote it last, and this user may not write in that folder: then its newest events cannot be read.`,
    mend: "Copy the company's folder to where you may write, and look there: --folder COPY.",
  });
}

/** The process that writes holds it for a moment when it makes its file shorter. */
const BUSY_MOST_MS = 5_000;

function lookedAt(): MusterError {
  return new MusterError({
    code: "bug",
    message: "This log was opened only to look at; nothing can be written to it.",
    mend: "Open the folder to perform.",
  });
}
