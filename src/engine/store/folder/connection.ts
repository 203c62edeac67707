import { DatabaseSync } from "node:sqlite";

/** Only another tool that reads the file can hold it, for a moment. */
export const BUSY_MOST_MS = 5_000;

/** Pages of the database kept in memory, in KiB: the indices of some hundred thousand runs. */
const PAGES_MOST_KIB = 16_384;

/**
 * Pages in the write-ahead log before they are moved to their places: 8 MB. Pages that many commits
 * change, those of indices, are moved once for all; but until the file has grown to this size each
 * commit makes it longer, which takes the disk twice as long as writing where something stood before.
 */
const WAL_PAGES_MOST = 2_000;

/** @throws what SQLite throws */
export function connect(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: BUSY_MOST_MS });
}

/** What holds for a connection that writes. Without recursive triggers, `insert or replace` would pass the triggers that keep the log as it is. */
export function tune(database: DatabaseSync): void {
  database.exec(`pragma synchronous = full; pragma recursive_triggers = on;
    pragma wal_autocheckpoint = ${WAL_PAGES_MOST}; pragma cache_size = -${PAGES_MOST_KIB}`);
}
