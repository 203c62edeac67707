import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MusterError } from "../../core/problem.ts";
import { refusal } from "../refusal.ts";
import { addErasures, ERASURES_FILE, type Erased } from "../sealing/index.ts";
import { isLog, lockFolder, prepareFolder } from "../store/index.ts";
import { type Counted, verified } from "./verified.ts";

/**
 * Puts a backup into a company's folder that has no log yet. The log appears last, so that a process
 * which dies meanwhile leaves a folder without one, and the same command again makes it whole.
 *
 * @param erased since the backup was made: whoever opens the folder erases them first
 * @returns what it holds
 * @throws MusterError "not-found", "corrupt", "conflict", "newer-version", or what the disk refuses
 */
export function restore(file: string, company: string, erased: readonly Erased[] = []): Counted {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new MusterError({
      code: "not-found",
      message: `There is no backup ${file}.`,
      mend: "Check the path.",
    });
  mkdirSync(company, { recursive: true });
  const state = prepareFolder(company, false);
  const log = join(state, "log.db");
  if (existsSync(log)) throw hasLog(company);
  const lock = lockFolder(state);
  const draft = join(state, "log.db.draft");
  try {
    for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(`${draft}${end}`, { force: true });
    copyFileSync(file, draft);
    const counted = unpacked(draft, state, file);
    addErasures(join(state, ERASURES_FILE), erased);
    flushed(draft);
    renameSync(draft, log);
    if (process.platform !== "win32") flushed(state);
    return counted;
  } catch (error) {
    throw refusal(error, `The backup ${file} could not be restored`);
  } finally {
    rmSync(draft, { force: true });
    lock.release();
  }
}

/** @param file the backup's own, for what is told of it */
function unpacked(draft: string, state: string, file: string): Counted {
  const database = new DatabaseSync(draft);
  try {
    if (!isLog(draft)) throw notABackup();
    database.exec("pragma journal_mode = delete");
    const verdict = database.prepare("pragma integrity_check(1)").get()?.["integrity_check"];
    if (verdict !== "ok") throw notABackup();
    const counted = verified(draft, (what) => damaged(file, what));
    for (const row of database.prepare("select name, data from kept_files").all())
      put(state, String(row["name"]), row["data"] as Uint8Array);
    database.exec("drop table kept_files");
    return counted;
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw notABackup();
  } finally {
    database.close();
  }
}

/** Whatever a file calls itself, it stands below the state folder. */
function put(state: string, name: string, data: Uint8Array): void {
  const path = normalize(join(state, name));
  const folder = dirname(path);
  const isFile = dirname(folder) === join(state, "artifacts", "files");
  const isKnown = isFile || folder === state || folder === join(state, "archive");
  if (!isKnown || basename(path).startsWith("log.db")) throw notABackup();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, data, { mode: 0o600, flush: true });
}

function flushed(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hasLog(company: string): MusterError {
  return new MusterError({
    code: "conflict",
    message: `${company} has a log already; a backup is not put over it.`,
    mend: "Restore into another folder, or move .muster away first.",
  });
}

function damaged(file: string, what: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The backup ${file} is not what was written: ${what}`,
    mend: "Restore another one: an older backup, or another copy of this one.",
  });
}

function notABackup(): MusterError {
  return new MusterError({
    code: "corrupt",
    message: "This file is no whole backup of Muster.",
    mend: "Take another backup; muster backup FILE makes them.",
  });
}
