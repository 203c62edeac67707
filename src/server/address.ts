import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Bytes of a socket's path: 104 with the closing zero on macOS, 108 on Linux. A longer one is cut
 * short by the system without a word.
 */
const PATH_BYTES_MOST = 103;
/** Where the folder of temporary files is itself too deep. */
const SHORT_FOLDER = "/tmp";

/** Where the process at work in a state folder is asked. */
export type Address = {
  readonly path: string;
  /** Takes away what was made for it. */
  readonly remove: () => void;
};

/**
 * A place to listen at: `socket` in the state folder, which is its owner's alone. Where that path is
 * too long, a socket in a folder of its own among the system's temporary files; on Windows a named
 * pipe. Then the file `address` in the state folder says where. Only the holder of the folder's lock
 * calls this: what a killed process left is taken away.
 *
 * @param state the state folder, absolute
 */
export function newAddress(state: string): Address {
  removeAddress(state);
  const near = join(state, NEAR);
  const isNear = process.platform !== "win32" && Buffer.byteLength(near) <= PATH_BYTES_MOST;
  const path = isNear ? near : farAddress();
  if (!isNear) writeFileSync(join(state, NOTE), path, { mode: 0o600 });
  return { path, remove: () => removeAddress(state) };
}

/** Where to ask. Nobody may be listening there. */
export function addressOf(state: string): string {
  return notedIn(state) ?? join(state, NEAR);
}

/** The folder's rights keep others out; these hold even where somebody opens the folder to them. */
export function makeOwn(path: string): void {
  if (process.platform !== "win32") chmodSync(path, 0o600);
}

const NEAR = "socket";
const NOTE = "address";
const FAR = /[/\\]muster-[A-Za-z0-9]{6}[/\\]socket$/;

function farAddress(): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\muster-${randomUUID()}`;
  const own = mkdtempSync(join(tmpdir(), "muster-"));
  const path = join(own, NEAR);
  if (Buffer.byteLength(path) <= PATH_BYTES_MOST) return path;
  rmdirSync(own);
  return join(mkdtempSync(join(SHORT_FOLDER, "muster-")), NEAR);
}

function removeAddress(state: string): void {
  const noted = notedIn(state);
  // Only what this module made is taken away, whatever the note says.
  if (noted !== null && FAR.test(noted)) rmSync(dirname(noted), { recursive: true, force: true });
  rmSync(join(state, NOTE), { force: true });
  rmSync(join(state, NEAR), { force: true });
}

function notedIn(state: string): string | null {
  try {
    return readFileSync(join(state, NOTE), "utf8");
  } catch {
    return null;
  }
}
