import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunId } from "../../core/id.ts";

/** Where complete copies of checkpoints are kept. What it throws is told, and tried again later. */
export interface Copies {
  /** Twice is once. `at` is what the settings say of the place; null: nothing. */
  put(one: Copied, text: string): Promise<void>;
  remove(one: Copied): Promise<void>;
  /** Null where there is none. */
  read(one: Copied): Promise<string | null>;
  close(): Promise<void>;
}

export type Copied = { readonly run: RunId; readonly id: string; readonly at: string | null };

/** Copies of one run that are kept; the oldest go first. */
export const COPIES_KEPT_MOST = 20;

/** Each a file: `.muster/runs/<run>/checkpoints/cp_3.json`, there as a whole or not at all. */
export function openFileCopies(runs: string): Copies {
  const folderOf = (run: RunId): string => join(runs, run, "checkpoints");
  const pathOf = (run: RunId, id: string): string => join(folderOf(run), `${id}.json`);
  return {
    put: async ({ run, id }, text) => {
      mkdirSync(folderOf(run), { recursive: true, mode: 0o700 });
      const draft = `${pathOf(run, id)}.${process.pid}.draft`;
      try {
        writeFileSync(draft, text, { mode: 0o600, flush: true });
        renameSync(draft, pathOf(run, id));
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    },
    remove: async ({ run, id }) => rmSync(pathOf(run, id), { force: true }),
    close: async () => undefined,
    read: async ({ run, id }) => {
      try {
        return readFileSync(pathOf(run, id), "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      }
    },
  };
}
