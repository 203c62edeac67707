import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MusterError } from "../../../core/problem.ts";
import { openArtifacts } from "../../artifacts/index.ts";
import { openToLook } from "../../open-to-look.ts";
import { refusal } from "../../refusal.ts";
import type { Keyring } from "../../sealing/index.ts";
import { openKeyring, openMemoryKeyring } from "../../sealing/index.ts";
import type { Log } from "../log.ts";
import { openReader } from "../reader.ts";
import { STATE_FOLDER } from "./folder.ts";
import { completeForLook, versionOf } from "./migrate.ts";

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
  const found = opened(join(state, "log.db"));
  return found === null ? null : reading(found, join(state, "artifacts"), openKeyring(state, true));
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
 * @throws MusterError "corrupt" where nothing stands in it, and as `lookIntoSqlite` does
 */
export function lookIntoFile(path: string): {
  readonly log: Log;
  readonly contents: () => Iterable<readonly [digest: string, text: string]>;
  /** How many streams are sealed with the key of a person. */
  readonly sealed: () => number;
} {
  const found = opened(path);
  if (found === null)
    throw new MusterError({ code: "corrupt", message: `${path} is empty: it holds no log.` });
  return {
    log: reading(found, `${path}.artifacts`, openMemoryKeyring()),
    *contents() {
      const rows = found.database.prepare(OPEN_CONTENTS).iterate();
      for (const row of rows) yield [String(row["digest"]), String(row["text"])];
    },
    sealed: () => Number(found.database.prepare(SEALED_STREAMS).get()?.["count"]),
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

const SEALED_STREAMS = "select count(*) as count from streams where subject is not null";

/** The name of a sealed one is not of the text that is kept. */
const OPEN_CONTENTS = "select digest, text from contents where subject is null";

type Opened = { readonly database: DatabaseSync; readonly tenant: string };

/** @returns null where there is none, or nothing stands in it yet */
function opened(path: string): Opened | null {
  let database: DatabaseSync | null = null;
  try {
    database = openToLook(path);
    if (database === null) return null;
    versionOf(database, path);
    const tenant = database.prepare("select value from about where name = 'tenant'").get();
    completeForLook(database);
    return { database, tenant: String(tenant?.["value"] ?? "local") };
  } catch (error) {
    database?.close();
    throw refusal(error, `The log ${path} could not be opened`);
  }
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
