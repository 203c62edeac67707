import { chmodSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** In the state folder: keys, their owner's alone. */
export const KEYS_FOLDER = "keys";

/** A file of a key: 0600 in a folder of 0700. One that is there already stays. */
export function writeOnce(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const draft = join(folder, `${name}.${process.pid}.draft`);
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    linkSync(draft, join(folder, name));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
