import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { LOAD_MS_MOST, tooLong } from "./import-module.ts";

/** Modules that are remembered to have ended it. */
const KNOWN_MOST = 1_000;

const known = new Map<string, string>();

/**
 * Loads a module once in a thread of its own, which can be ended: in ours nobody could interrupt one
 * that loops for ever. One that ended its loading is not tried again until it is edited, in this
 * process and, where there is a state folder, in later ones.
 *
 * @param state the company's state folder, if it has one
 * @throws MusterError "limit"
 */
export async function tryLoading(file: string, state: string | null): Promise<void> {
  const { mtimeMs, size } = statSync(file);
  const stamp = `${mtimeMs} ${size}`;
  const record = state === null ? null : join(state, "loaded.json");
  if (known.get(file) === stamp || recordedIn(record)[file] === stamp) return;
  if (!(await ends(file))) throw tooLong(file);
  known.set(file, stamp);
  if (record !== null) remember(record, file, stamp);
}

function ends(file: string): Promise<boolean> {
  const script = new URL(
    `./load-limit-thread${extname(fileURLToPath(import.meta.url))}`,
    import.meta.url,
  );
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const thread = new Worker(script, { workerData: { file }, stdout: true, stderr: true });
  const timer = setTimeout(() => resolve(false), LOAD_MS_MOST);
  // What is wrong with it is told where it is imported.
  for (const end of ["message", "error", "exit"]) thread.once(end, () => resolve(true));
  return promise.finally(() => {
    clearTimeout(timer);
    thread.unref();
    void thread.terminate();
  });
}

function recordedIn(record: string | null): Record<string, string> {
  if (record === null) return {};
  try {
    return JSON.parse(readFileSync(record, "utf8")) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Lost, it is tried once more. */
function remember(record: string, file: string, stamp: string): void {
  const all = Object.entries({ ...recordedIn(record), [file]: stamp }).slice(-KNOWN_MOST);
  try {
    const draft = `${record}.${process.pid}.draft`;
    writeFileSync(draft, JSON.stringify(Object.fromEntries(all)), { mode: 0o600 });
    renameSync(draft, record);
  } catch {
    // There is no state folder yet, or nothing may be written in it.
  }
}
