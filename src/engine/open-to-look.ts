import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { MusterError } from "../core/problem.ts";
import { refusal } from "./refusal.ts";

/**
 * A database of the state folder, to look at: nothing is made or written, and another process may be writing it.
 *
 * SQLite shares it with who writes it through a file that it makes beside it. Where it may make
 * none, one that was closed is read as the file that it is; one that was not has the newest of it
 * in a second file, which cannot be read without the first.
 *
 * @returns null where there is none, or nothing stands in it yet: whoever made it was ended at once
 * @throws MusterError "io" where it may not be read, "read-only" where it was not closed and nothing may be made beside it, and what SQLite throws
 */
export function openToLook(path: string): DatabaseSync | null {
  if (!stands(path)) return null;
  try {
    return readable(path);
  } catch (error) {
    if (!isAllowed(path, constants.R_OK)) throw unreadable(path);
    // SQLite says that it cannot open it, or that it may not write, by what of the folder is kept from us.
    const { code } = refusal(error, path);
    const isKept =
      (code === "io" || code === "read-only") && !isAllowed(dirname(path), constants.W_OK);
    if (!isKept && !isWithoutRoom(error)) throw error;
    if (!wasClosed(path)) throw isKept ? unwritable(path) : error;
    return readable(new URL(`${pathToFileURL(path).href}?immutable=1`));
  }
}

/** A file is only looked into when it is first read. */
function readable(file: string | URL): DatabaseSync | null {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MOST_MS });
  try {
    if (Number(database.prepare("pragma schema_version").get()?.["schema_version"]) > 0)
      return database;
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return null;
}

/** The process that writes holds it for a moment when it makes its file shorter. */
const BUSY_MOST_MS = 5_000;

/** The file beside it cannot be made as large as it must be: the disk is full. Then nobody else has it open. @see https://sqlite.org/rescode.html */
function isWithoutRoom(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && SHM.includes(Number(error.errcode));
}

/** IOERR_SHMOPEN, IOERR_SHMSIZE and IOERR_SHMMAP. */
const SHM: readonly number[] = [4_618, 4_874, 5_386];

/** What is in a folder that may not be entered is not "nothing". */
function stands(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "EACCES" || code === "EPERM") throw unreadable(path);
    if (code === "ENOTDIR") return false;
    throw error;
  }
}

function isAllowed(path: string, what: number): boolean {
  try {
    accessSync(path, what);
    return true;
  } catch {
    return false;
  }
}

function wasClosed(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function unreadable(path: string): MusterError {
  return new MusterError({
    code: "io",
    message: `${path} may not be read by this user.`,
    mend: "Let this user read the folder and what is in it, or look as its owner.",
  });
}

function unwritable(path: string): MusterError {
  return new MusterError({
    code: "read-only",
    message: `${path} was not closed by who wrote it last, and this user may not write in that folder: then the newest of it cannot be read.`,
    mend: "Copy the company's folder to where you may write, and look there: --folder COPY.",
  });
}
