import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** A new name is lost with the power unless its folder was flushed, too. Windows does so by itself, and cannot open folders. */
export function keepNames(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A folder for its owner alone, whose name is kept, too. */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  keepNames(dirname(folder));
}
