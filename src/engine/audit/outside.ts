import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { KeptNote } from "./book.ts";

/** Of files with checkpoints. */
export const CHECKPOINTS_ENDING = ".checkpoints";

/**
 * Writes checkpoints to a folder outside of the company's own: one file for each day, only ever added
 * to. A folder that the people who keep the log cannot write to otherwise is what makes them worth it.
 *
 * @throws what the file system throws
 */
export function pushNotes(folder: string, origin: string, notes: readonly KeptNote[]): void {
  mkdirSync(folder, { recursive: true });
  const days = Map.groupBy(notes, ({ at }) => new Date(at).toISOString().slice(0, 10));
  for (const [day, of] of days) {
    const path = join(folder, `${origin.replaceAll("/", "-")}-${day}${CHECKPOINTS_ENDING}`);
    const text = of.map(({ note }) => note).join("\n");
    const descriptor = openSync(path, "a", 0o644);
    try {
      writeSync(descriptor, isCut(path) ? `\n\n${text}\n` : `${text}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Whether a process died while it wrote there: then what it left is a line of its own. */
function isCut(path: string): boolean {
  const text = readFileSync(path, "utf8");
  return text !== "" && !text.endsWith("\n\n");
}
