import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MusterError } from "../../../core/problem.ts";
import { refusal } from "../../refusal.ts";
import { STATE_FOLDER } from "./folder.ts";

/** One process holds a state folder. */
export type Lock = {
  /** Whether the holder before gave it back; false after a crash. */
  readonly wasReleased: boolean;
  readonly release: () => void;
};

/**
 * The lock is an exclusive transaction on a small database of its own: the system takes it from a
 * process that dies, however it dies, and other tools may still read the log. Who holds it stands in
 * a file beside, since no descriptor of the locked file may be opened and closed in this process:
 * that would give the lock away.
 *
 * @throws MusterError "locked", with the process that holds it
 */
export function lockFolder(state: string): Lock {
  const path = join(state, "lock.db");
  const note = join(state, "holder");
  try {
    makeOwnFile(path);
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      database.exec("begin exclusive");
    } catch (error) {
      database.close();
      throw isBusy(error) ? locked(state, readNote(note)) : error;
    }
    const wasReleased = readNote(note) === null;
    writeFileSync(note, String(process.pid), { mode: 0o600 });
    return {
      wasReleased,
      release() {
        rmSync(note, { force: true });
        database.close();
      },
    };
  } catch (error) {
    throw unlockable(refusal(error, `The folder ${state} cannot be locked`), path);
  }
}

/** Nothing stands in the file: it is put right without a backup. */
function unlockable(refused: MusterError, path: string): MusterError {
  if (refused.code !== "corrupt") return refused;
  const mend = `Nothing stands in ${path}. End the process that has the folder open, if there is one, and delete that file.`;
  return new MusterError({ code: refused.code, message: refused.message, mend }, refused);
}

/**
 * Whether a process holds the folder, as far as one can tell without asking for the lock, which would
 * refuse it to others meanwhile: the process that stands in the note is there.
 */
export function isHeld(folder: string): boolean {
  const holder = Number(readNote(join(folder, STATE_FOLDER, "holder")));
  if (!Number.isSafeInteger(holder) || holder <= 0) return false;
  try {
    return process.kill(holder, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** SQLite would make it readable for others. */
export function makeOwnFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function readNote(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

function locked(state: string, holder: string | null): MusterError {
  const own = holder === String(process.pid);
  const who = own
    ? "this process has it open already"
    : `process ${holder ?? "unknown"} has it open`;
  return new MusterError({
    code: "locked",
    message: `The folder ${state} is in use: ${who}.`,
    mend: own
      ? "Use the log that is open, or close it first."
      : `Wait until it has ended, or end it (kill ${holder ?? "<process>"}), and try again.`,
  });
}
