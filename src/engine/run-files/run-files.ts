import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseRunId, type RunId } from "../../core/id.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { RunFiles } from "../../core/review/index.ts";
import { refusal } from "../refusal.ts";
import { type Log } from "../store/index.ts";
import { filesOf, type Papers, writeFiles, writeWhole } from "./write-files.ts";

/**
 * The papers of ended runs, in `.muster/runs/<id>`: a reader of the log with a cursor of its own. It
 * writes when nothing else is to be done, a few at a time; what it has not come to when the process
 * dies, the next one writes. Nothing waits for it, and what it cannot write is told as trouble.
 */
export type RunFilesReader = {
  /** A run has ended. */
  readonly ended: () => void;
  /** The papers of a run, written now. */
  readonly of: (run: RunId) => Promise<RunFiles>;
  /** Writes what is left, within bounds, and stops. */
  readonly close: () => Promise<void>;
};

export type RunFilesShell = {
  /** `.muster/runs`. */
  readonly folder: string;
  readonly log: Pick<Log, "tail" | "end">;
  readonly papers: (run: RunId) => Promise<Papers>;
  /** Resolves when nothing is in flight. */
  readonly idle: () => Promise<void>;
  readonly trouble: (problem: Problem) => void;
};

/** Of the log of a company without a cursor, as an older Muster left it, only the newest is made up for. */
const MADE_UP_EVENTS_MOST = 100_000;
const ENDS_AT_ONCE_MOST = 100;
const RUNS_AT_ONCE_MOST = 20;
/** While runs go on, which comes first: so many are written each time, and so long lies between. */
const BUSY_RUNS_MOST = 4;
const BUSY_WAIT_MS = 1_000;
/** Runs whose papers are written before a company closes; the next process writes the others. */
const CLOSING_RUNS_MOST = 20;
/** Folders that are kept; the oldest go first. The log has all that stood in them. */
const FOLDERS_MOST = 10_000;

type State = RunFilesShell & {
  cursor: number;
  /** Runs found ended and not written yet, with the position of their end. */
  readonly found: { readonly run: RunId; readonly position: number }[];
  /** Written when they were asked for, before the reader came to them. */
  readonly written: Set<RunId>;
  readonly writing: Map<RunId, Promise<RunFiles>>;
  working: Promise<void> | null;
  isClosed: boolean;
  again: boolean;
};

export function openRunFiles(shell: RunFilesShell): RunFilesReader {
  mkdirSync(shell.folder, { recursive: true, mode: 0o700 });
  sweep(shell.folder);
  const state: State = {
    ...shell,
    cursor: cursorIn(shell),
    found: [],
    written: new Set(),
    writing: new Map(),
    working: null,
    isClosed: false,
    again: false,
  };
  if (state.cursor < shell.log.end()) work(state);
  return {
    ended: () => work(state),
    of: async (run) => {
      const files = await written(state, run);
      state.written.add(run);
      return files;
    },
    close: async () => {
      state.isClosed = true;
      await state.working;
      await writeFound(state, CLOSING_RUNS_MOST, false);
    },
  };
}

const CURSOR = "cursor";

function cursorIn({ folder, log }: RunFilesShell): number {
  try {
    const cursor = Number(readFileSync(join(folder, CURSOR), "utf8"));
    if (Number.isSafeInteger(cursor) && cursor >= 0) return cursor;
  } catch {
    // There is none yet.
  }
  return Math.max(0, log.end() - MADE_UP_EVENTS_MOST);
}

function work(state: State): void {
  state.again = true;
  if (state.isClosed) return;
  state.working ??= inTurn(state).finally(() => {
    state.working = null;
    if (state.again && !state.isClosed) work(state);
  });
}

/** At idle all at once, else a few a second. */
async function inTurn(state: State): Promise<void> {
  while (!state.isClosed) {
    const idle = await isIdle(state);
    state.again = false;
    if (!(await writeFound(state, idle ? RUNS_AT_ONCE_MOST : BUSY_RUNS_MOST, idle))) return;
  }
}

/** Resolves when nothing is in flight, or after a while when something still is. */
async function isIdle({ idle }: State): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), BUSY_WAIT_MS).unref();
  const first = await Promise.race([idle().then(() => true), late]);
  clearTimeout(timer);
  return first;
}

/** Whether nothing is in flight at the end of this turn of the event loop. */
function isIdleNow({ idle }: State): Promise<boolean> {
  const { promise: busy, resolve } = Promise.withResolvers<false>();
  setImmediate(() => resolve(false));
  return Promise.race([idle().then(() => true), busy]);
}

/** @returns whether there may be more; what was begun at idle ends as soon as runs go on */
async function writeFound(state: State, most: number, endsWhenBusy: boolean): Promise<boolean> {
  try {
    for (let written = 0; written < most; written += 1) {
      if (written > 0 && endsWhenBusy && !(await isIdleNow(state))) break;
      if (state.found.length === 0 && !look(state)) return await keepCursor(state);
      const next = state.found[0];
      if (next === undefined) continue;
      if (!state.written.delete(next.run)) await writeOne(state, next.run);
      state.found.shift();
    }
    await keepCursor(state);
    return true;
  } catch (error) {
    const { code, message } = refusal(error, "The papers of ended runs could not be written");
    state.trouble({ code, message, severity: "warning" });
    return false;
  }
}

/** The papers of a run that are being written are not begun a second time. */
async function written(state: State, run: RunId): Promise<RunFiles> {
  const known = state.writing.get(run);
  if (known !== undefined) return await known;
  const writing = state
    .papers(run)
    .then((papers) => writeFiles(state.folder, run, papers))
    .finally(() => state.writing.delete(run));
  state.writing.set(run, writing);
  return await writing;
}

/** A run that cannot be read is told of, and does not hold up the others. */
async function writeOne(state: State, run: RunId): Promise<void> {
  try {
    await written(state, run);
  } catch (error) {
    if (!(error instanceof MusterError) || error.code !== "corrupt") throw error;
    state.trouble({ code: error.code, message: error.message, severity: "warning" });
  }
}

/** Reads on in the log. @returns false at its end */
function look(state: State): boolean {
  const end = state.log.end();
  const ends = state.log.tail(state.cursor, ENDS_AT_ONCE_MOST, "run.finished");
  for (const { stream, position } of ends) {
    const run = parseRunId(stream);
    if (run !== null) state.found.push({ run, position });
  }
  state.cursor = ends.at(-1)?.position ?? Math.max(state.cursor, end);
  return ends.length > 0;
}

/** What stands before the first that is not written is done. */
async function keepCursor(state: State): Promise<false> {
  const done = (state.found[0]?.position ?? state.cursor + 1) - 1;
  await writeWhole(join(state.folder, CURSOR), String(done));
  return false;
}

/** Takes the papers of a run away. */
export function removeFiles(folder: string, run: RunId): void {
  rmSync(dirname(filesOf(folder, run).state), { recursive: true, force: true });
}

/** Run ids sort by time. */
function sweep(folder: string): void {
  const runs = readdirSync(folder).filter((name) => parseRunId(name) !== null);
  for (const name of runs.sort().slice(0, Math.max(0, runs.length - FOLDERS_MOST)))
    rmSync(join(folder, name), { recursive: true, force: true });
}
