import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunId } from "../../core/id.ts";
import type { RunFiles } from "../../core/review/index.ts";
import { refusal } from "../refusal.ts";

/** The papers of one run, as texts. */
export type Papers = { readonly [File in keyof RunFiles]: string };

const NAMES: RunFiles = {
  outputs: "outputs.json",
  state: "final.json",
  log: "run.log",
  metrics: "metrics.prom",
};

/** @param folder `.muster/runs` of a company */
export function filesOf(folder: string, run: RunId): RunFiles {
  const of = (name: string): string => join(folder, run, name);
  const { outputs, state, log, metrics } = NAMES;
  return { outputs: of(outputs), state: of(state), log: of(log), metrics: of(metrics) };
}

/**
 * Writes the papers of a run, each whole or not at all. Twice is once.
 * @throws MusterError where the disk refuses
 */
export async function writeFiles(folder: string, run: RunId, papers: Papers): Promise<RunFiles> {
  const files = filesOf(folder, run);
  try {
    await mkdir(join(folder, run), { recursive: true, mode: 0o700 });
    for (const name of Object.keys(NAMES) as (keyof RunFiles)[])
      await writeWhole(files[name], papers[name]);
    return files;
  } catch (error) {
    throw refusal(error, `The papers of ${run} could not be written`);
  }
}

/** Under its name stands what was there before, or all of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
