/** What passed before, on this machine: names of contents, each with how many tests it stands for. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The oldest go first. */
const PASSED_MOST = 30_000;

export type Passed = ReadonlyMap<string, number>;

/** A file that cannot be read has nothing to say, and all is checked again. */
export function readPassed(file: string): Passed {
  try {
    const said = JSON.parse(readFileSync(file, "utf8")) as readonly (readonly [string, number])[];
    return new Map(said);
  } catch {
    return new Map();
  }
}

/** Read again first, for another check may have written meanwhile. */
export function writePassed(file: string, passed: Passed): void {
  const all = new Map(readPassed(file));
  for (const [key, count] of passed) {
    all.delete(key);
    all.set(key, count);
  }
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, JSON.stringify([...all].slice(-PASSED_MOST)));
  renameSync(beside, file);
}
