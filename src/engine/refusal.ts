import { MusterError, type ProblemCode } from "../core/problem.ts";

/**
 * What the disk or the database refused, as a sentence with the mend.
 * @param what the beginning of the sentence: "The log … could not be written"
 */
export function refusal(error: unknown, what: string): MusterError {
  if (error instanceof MusterError) return error;
  const code = codeOf(error);
  const own = error instanceof Error ? error.message : String(error);
  return new MusterError(
    { code, message: `${what}: ${REASON[code] ?? own}`, mend: MEND[code] },
    error,
  );
}

export function closed(): MusterError {
  return new MusterError({
    code: "bug",
    message: "This log is closed; nothing can be written to it any more.",
    mend: "Open it again.",
  });
}

type Refusal = Extract<
  ProblemCode,
  "disk-full" | "read-only" | "locked" | "corrupt" | "no-folder" | "io" | "bug"
>;

const REASON: Partial<Record<Refusal, string>> = {
  "disk-full": "the disk is full.",
  "read-only": "this process may not write there.",
  locked: "another process holds it.",
  corrupt: "the file is damaged, or is not a log of Muster.",
  "no-folder": "there is no such folder.",
};

const MEND: Record<Refusal, string> = {
  "disk-full": "Make room on that disk. Nothing was half-written.",
  "read-only": "Make the folder writable for this user, or give another folder.",
  locked: "End the other process, or wait until it has ended.",
  corrupt: "Restore the folder .muster from a copy made before the damage.",
  "no-folder": "Give the path of a folder that exists.",
  io: "Look at the disk and the system's own log; nothing was half-written.",
  bug: "This is a fault of Muster itself: please report it with this sentence.",
};

/** SQLite's primary result codes. @see https://sqlite.org/rescode.html */
const BY_RESULT: Readonly<Record<number, Refusal>> = {
  3: "read-only", // PERM
  5: "locked", // BUSY
  6: "locked", // LOCKED
  8: "read-only", // READONLY
  10: "io", // IOERR
  11: "corrupt", // CORRUPT
  13: "disk-full", // FULL
  14: "io", // CANTOPEN
  26: "corrupt", // NOTADB
};

const BY_SYSTEM: Readonly<Record<string, Refusal>> = {
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EROFS: "read-only",
  EACCES: "read-only",
  EPERM: "read-only",
  ENOENT: "no-folder",
  ENOTDIR: "no-folder",
};

function codeOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return "bug";
  if ("errcode" in error && typeof error.errcode === "number")
    return BY_RESULT[error.errcode & 0xff] ?? "bug";
  if ("code" in error && "syscall" in error) return BY_SYSTEM[String(error.code)] ?? "io";
  return "bug";
}
