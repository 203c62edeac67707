import type { DatabaseSync } from "node:sqlite";
import type { Artifacts } from "../../artifacts/index.ts";
import type { Alone } from "./archive.ts";

/** Files that are looked at in one sweep; the next goes on behind them. */
const LOOKED_MOST = 10_000;

/**
 * Takes away files that no row names: a process died between the file and the commit that was to name
 * it. They are looked for while runs go on, and looked at once more alone: a file is written before its row.
 *
 * @returns how each further part of the folder is looked through
 */
export function openStrays(
  database: DatabaseSync,
  artifacts: Artifacts,
): (alone: Alone) => Promise<void> {
  const named = database.prepare("select 1 from contents where digest = ? and text is null");
  let after = "";
  return async (alone) => {
    const files = artifacts.files(after, LOOKED_MOST);
    after = files.length < LOOKED_MOST ? "" : (files.at(-1)?.name ?? "");
    const isStray = ({ digest }: (typeof files)[number]): boolean =>
      digest === null || named.get(digest) === undefined;
    const strays = files.filter(isStray);
    if (strays.length === 0) return;
    await alone(() => {
      for (const file of strays) if (isStray(file)) artifacts.removeFile(file.name);
    });
  };
}
