import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MusterError } from "../../core/problem.ts";
import { type Files, filesFolder, openArtifacts, openFiles } from "../artifacts/index.ts";
import { closed, refusal } from "../refusal.ts";
import { openKeyring } from "../sealing/index.ts";
import { BUSY_MOST_MS, connect, tune } from "./folder/connection.ts";
import { prepareFolder, STATE_FOLDER } from "./folder/folder.ts";
import { lockFolder, makeOwnFile } from "./folder/lock.ts";
import { completeForLook, migrate, versionOf } from "./folder/migrate.ts";
import { presenceOf } from "./folder/presence.ts";
import { openArchiver } from "./keeping/archive.ts";
import { eraseIn } from "./keeping/erase.ts";
import { keepFile, openFileSweep } from "./keeping/files-kept.ts";
import { expirePuts, keepPut } from "./keeping/put.ts";
import { RETENTION, type Retention } from "./keeping/retention.ts";
import { openStrays } from "./keeping/strays.ts";
import type { Log, Writing } from "./log.ts";
import { openReader } from "./reader.ts";
import { HANDED_OVER_LEAST, openClerk } from "./writing/clerk.ts";
import { openPublisher } from "./writing/publisher.ts";
import type { ThreadUse } from "./writing/thread-use.ts";
import { openWriter } from "./writing/writer.ts";
import type { ThreadSetting } from "./writing/writer-thread.ts";

export type SqliteOptions = {
  /** Whose log it is; it stands in every event, so it stays what it was when the log was made. */
  readonly tenant?: string;
  /** Locks and flushes on a network disk may not hold. */
  readonly allowsNetworkDisk?: boolean;
  /** How long published events are kept; a million of them, for thirty days, unless said. */
  readonly retention?: Retention;
  /** When batches are written by a thread of their own; large ones are, unless said. */
  readonly thread?: ThreadUse;
};

/**
 * The log of a company, in `.muster` beside its files: `log.db` (SQLite in WAL mode, flushed at each
 * commit) and `artifacts/`. This process alone holds it until it is closed or dies.
 *
 * @param company the company's folder
 * @throws MusterError "no-folder", "read-only", "locked", "network-disk", "disk-full", "corrupt",
 *   "newer-version" or "io"; then nothing is held
 */
export function openSqlite(company: string, options: SqliteOptions = {}): Log {
  const state = prepareFolder(company, options.allowsNetworkDisk ?? false);
  const lock = lockFolder(state);
  const path = join(state, "log.db");
  let database: DatabaseSync | null = null;
  try {
    makeOwnFile(path);
    database = connect(path);
    prepareDatabase(database, path);
    if (!lock.wasReleased) checkAfterCrash(database, path);
    const tenant = tenantOf(database, options.tenant);
    const artifacts = join(state, "artifacts");
    const retention = options.retention ?? RETENTION;
    return assemble(database, {
      tenant,
      artifacts: openArtifacts(artifacts),
      keys: openKeyring(state, false),
      files: openFiles(filesFolder(artifacts)),
      setting: { path, tenant, artifacts, retention, state },
      use: options.thread ?? { from: HANDED_OVER_LEAST },
      release: lock.release,
      isThere: presenceOf(path),
    });
  } catch (error) {
    database?.close();
    lock.release();
    throw refusal(error, `The log ${path} could not be opened`);
  }
}

/**
 * The same log, to read while another process holds it, or none does. It sees what is committed.
 * @throws MusterError "not-found" where nothing was ever kept, and as `openSqlite` does
 */
export function observeSqlite(company: string): Omit<Log, "append" | "publish" | Writing> {
  const state = join(company, STATE_FOLDER);
  const path = join(state, "log.db");
  let database: DatabaseSync | null = null;
  try {
    if (!statSync(path, { throwIfNoEntry: false })) throw noLog(company);
    database = new DatabaseSync(path, { timeout: BUSY_MOST_MS, readOnly: true });
    if (versionOf(database, path) === 0) throw noLog(company);
    completeForLook(database);
    const tenant = tenantOf(database, undefined);
    const keys = openKeyring(state, true);
    const reader = openReader(database, {
      tenant,
      keys,
      artifacts: openArtifacts(join(state, "artifacts")),
    });
    return {
      ...reader,
      close: async () => {
        keys.close();
        database?.close();
      },
    };
  } catch (error) {
    database?.close();
    throw refusal(error, `The log ${path} could not be opened`);
  }
}

function noLog(company: string): MusterError {
  return new MusterError({
    code: "not-found",
    message: `There is no log in ${company}: nothing was run there yet.`,
    mend: "Run a workflow first, or give the folder of another company.",
  });
}

type Parts = Parameters<typeof openWriter>[1] & {
  readonly setting: ThreadSetting;
  readonly use: ThreadUse;
  readonly files: Files;
  readonly release: () => void;
  /** Throws when the log's file is not there any more. */
  readonly isThere: () => void;
};

function assemble(database: DatabaseSync, parts: Parts): Log {
  const archiver = openArchiver(database, parts.artifacts);
  const strays = openStrays(database, parts.artifacts);
  const sweepFiles = openFileSweep(database, parts.files);
  const { append, publish, alone, close } = openClerk(
    { ...openWriter(database, parts), publish: openPublisher(database, parts.setting.retention) },
    parts,
  );
  let isOpen = true;
  const ready = (): void => {
    if (!isOpen) throw closed();
    parts.isThere();
  };
  return {
    ...openReader(database, parts),
    async append(batch) {
      ready();
      return append(batch);
    },
    async publish(batch) {
      ready();
      return publish(batch);
    },
    archive: (streams) => alone(() => archiver.archive(streams)),
    forgetArchive: (stream) => alone(() => archiver.forget(stream)),
    compact: () => archiver.compact(alone),
    erase: (subjects) => alone(() => eraseIn(database, parts, subjects)),
    async put(content) {
      ready();
      await alone(() => keepPut(database, parts.artifacts, content));
    },
    async keepFile(file) {
      ready();
      await alone(() => keepFile(database, file));
    },
    async sweep(before, isOver) {
      await alone(() => expirePuts(database, before));
      await archiver.sweep(alone, isOver);
      await strays(alone);
      await sweepFiles(alone, before);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await close();
      letGo(database, parts);
    },
  };
}

function letGo(database: DatabaseSync, { keys, release }: Parts): void {
  keys.close();
  database.close();
  release();
}

/** Bytes of a page. With larger ones a batch of many runs writes less, but each commit of one decision more. */
const PAGE_BYTES = 4_096;

function prepareDatabase(database: DatabaseSync, path: string): void {
  const version = versionOf(database, path);
  database.exec(`pragma page_size = ${PAGE_BYTES}`);
  const mode = database.prepare("pragma journal_mode = wal").get()?.["journal_mode"];
  if (mode !== "wal")
    throw new MusterError({
      code: "io",
      message: `${path} stands on a disk that does not allow a write-ahead log.`,
      mend: "Put the company's folder on a disk of this machine.",
    });
  tune(database);
  migrate(database, version);
}

/** The largest log that is read through after a crash, in a quarter of a second; a hundred thousand runs that wait are about that. */
const CHECKED_BYTES_MOST = 134_217_728;

/** SQLite mends what a crash leaves; this finds what a failing disk left. */
function checkAfterCrash(database: DatabaseSync, path: string): void {
  if (statSync(path).size > CHECKED_BYTES_MOST) return;
  const verdict = database.prepare("pragma quick_check(1)").get()?.["quick_check"];
  if (verdict !== "ok")
    throw new MusterError({
      code: "corrupt",
      message: `${path} is damaged: ${String(verdict)}.`,
      mend: "Restore the folder .muster from a copy made before the damage.",
    });
}

function tenantOf(database: DatabaseSync, wanted: string | undefined): string {
  const row = database.prepare("select value from about where name = 'tenant'").get();
  if (row === undefined) {
    const tenant = wanted ?? "local";
    database.prepare("insert into about (name, value) values ('tenant', ?)").run(tenant);
    return tenant;
  }
  const tenant = String(row["value"]);
  if (wanted === undefined || wanted === tenant) return tenant;
  throw new MusterError({
    code: "conflict",
    message: `This log is of tenant ${tenant}, not of ${wanted}; the tenant stands in every event.`,
    mend: `Open it as ${tenant}, or give ${wanted} a folder of its own.`,
  });
}
