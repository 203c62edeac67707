import type { Envelope } from "../../core/audit/index.ts";
import type { Workflow } from "../../core/definition/index.ts";
import {
  type Checkpoint,
  type Counting,
  countCheckpoints,
  NO_CHECKPOINTS,
  nextMoment,
  passing,
  policyOf,
} from "../../core/history/index.ts";
import { type Digest, parseRunId, type RunId } from "../../core/id.ts";
import { type Event, eventOf } from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { Clock } from "../runtime/index.ts";
import type { Log } from "../store/index.ts";
import { COPIES_KEPT_MOST, type Copies } from "./copies.ts";
import { copyIn, placeOf } from "./copy-of.ts";
import { type Kept, rowOf, type Shelf } from "./shelf.ts";

/**
 * Names the checkpoints of runs and keeps copies of them: a reader of the log with a cursor of its own.
 * It reads when nothing else is to be done, or a little each second; what it has not come to when the
 * process dies, the next one makes up for. No run waits for it, and what it cannot keep is told as
 * trouble, once, and tried again.
 */
export type CheckpointReader = {
  /** The log has more. */
  readonly told: () => void;
  readonly of: (run: RunId) => readonly Kept[];
  /** The text of a copy that can be looked at here; null: there is none, or nobody answers where it is. */
  readonly copyOf: (kept: Kept) => Promise<string | null>;
  /** Reads and copies what is left, within bounds, and stops. */
  readonly close: () => Promise<void>;
};

export type ReaderShell = {
  readonly shelf: Shelf;
  readonly log: Pick<Log, "tail" | "read" | "end">;
  readonly clock: Clock;
  readonly workflow: (definition: Digest) => Workflow | null;
  /** A copy's text, or why there can be none. */
  readonly document: (run: RunId, checkpoint: Checkpoint, workflow: Workflow) => string | Problem;
  readonly copies: Readonly<Record<"file" | "redis", Copies>>;
  /** Resolves when nothing is in flight. */
  readonly idle: () => Promise<void>;
  readonly trouble: (problem: Problem) => void;
};

const EVENTS_AT_ONCE_MOST = 500;
/** While runs go on, which comes first: so long lies between two looks. */
const BUSY_WAIT_MS = 1_000;
/** Of the log of a company that an older Muster left, only the newest is made up for. */
const MADE_UP_EVENTS_MOST = 100_000;
/** Runs whose counting is in memory; of others the log is read again. */
const RUNS_COUNTED_MOST = 10_000;
const COPIES_AT_ONCE_MOST = 50;
/** How long after copies that could not be made they are tried again: doubled each time, up to the most. */
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 60_000;
/** Events that are read before a company closes, and how long copies may take then. */
const CLOSING_EVENTS_MOST = 20_000;
const CLOSING_MS_MOST = 2_500;

type Run = { readonly workflow: Workflow; counting: Counting; hash: Digest };

type State = ReaderShell & {
  cursor: number;
  /** Null: without checkpoints; found so once, and passed over from then on. */
  readonly runs: Map<RunId, Run | null>;
  working: Promise<void> | null;
  copying: Promise<boolean> | null;
  again: boolean;
  isClosed: boolean;
  retryMs: number;
  isTroubled: boolean;
  cancelTimer: () => void;
  cancelRetry: () => void;
};

export function openReader(shell: ReaderShell): CheckpointReader {
  const { shelf, log } = shell;
  const state: State = {
    ...shell,
    cursor: Math.max(shelf.cursor(), log.end() - MADE_UP_EVENTS_MOST, 0),
    runs: new Map(),
    working: null,
    copying: null,
    again: false,
    isClosed: false,
    retryMs: RETRY_FIRST_MS,
    isTroubled: false,
    cancelTimer: () => undefined,
    cancelRetry: () => undefined,
  };
  if (state.cursor < log.end()) work(state);
  else copySoon(state);
  return {
    told: () => work(state),
    of: (run) => {
      readToEnd(state, CLOSING_EVENTS_MOST);
      return shelf.of(run);
    },
    copyOf: (kept) => copyIn(shell, kept),
    close: () => close(state),
  };
}

function work(state: State): void {
  state.again = true;
  if (state.isClosed) return;
  state.working ??= inTurn(state).finally(() => {
    state.working = null;
    if (state.again && !state.isClosed) work(state);
  });
}

async function inTurn(state: State): Promise<void> {
  for (;;) {
    // A turn of the event loop for each look: what came meanwhile goes first.
    await new Promise<void>((go) => state.clock.soon(go));
    await rested(state);
    if (state.isClosed) return;
    state.again = false;
    if (!readSome(state)) return;
  }
}

/** Resolves when nothing is in flight, or after a while when something still is. */
async function rested({ idle, clock }: State): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(BUSY_WAIT_MS, resolve);
  await Promise.race([idle(), promise]);
  cancel();
}

/** @returns whether there may be more */
function readSome(state: State): boolean {
  try {
    const envelopes = state.log.tail(state.cursor, EVENTS_AT_ONCE_MOST);
    const last = envelopes.at(-1);
    if (last === undefined) {
      awaitMoment(state);
      return false;
    }
    const rows: Kept[] = [];
    for (const envelope of envelopes) count(state, envelope, rows);
    state.shelf.keep(rows, last.position);
    state.cursor = last.position;
    if (rows.some((row) => !row.isCopied)) copySoon(state);
    if (envelopes.length === EVENTS_AT_ONCE_MOST) return true;
    awaitMoment(state);
    return false;
  } catch (error) {
    tellTrouble(state, error);
    return false;
  }
}

function readToEnd(state: State, most: number): void {
  for (let read = 0; read < most && !state.isClosed; read += EVENTS_AT_ONCE_MOST)
    if (!readSome(state)) return;
}

function count(state: State, envelope: Envelope, rows: Kept[]): void {
  const id = parseRunId(envelope.stream);
  // The company's own stream is no run.
  if (id === null) return;
  const isOver = envelope.type === "run.finished";
  if (!isOver && state.runs.get(id) === null) return;
  const event = eventOf(envelope);
  const run = runOf(state, id, { event, envelope });
  if (isOver) state.runs.delete(id);
  if (run === null) return;
  const { made, counting } = countCheckpoints(run, event);
  const hash = made?.seq === event.seq ? envelope.hash : run.hash;
  if (made !== null) rows.push(rowOf({ workflow: run.workflow, hash }, id, made));
  run.counting = counting;
  if (event.end === true) run.hash = envelope.hash;
}

/** What was read of a run before: from memory, or from its log up to the cursor. */
function runOf(
  state: State,
  id: RunId,
  now: { readonly event: Event; readonly envelope: Envelope },
): Run | null {
  const known = state.runs.get(id);
  if (known !== undefined) return known;
  const before: Envelope[] = [];
  if (now.event.seq > 1)
    for (const one of state.log.read(id)) {
      if (one.seq >= now.event.seq) break;
      before.push(one);
    }
  const first = before[0] === undefined ? now.event : eventOf(before[0]);
  const workflow = first.type === "run.accepted" ? state.workflow(first.definition) : null;
  const isKept = workflow !== null && policyOf(workflow) !== null;
  const run: Run | null = isKept
    ? { workflow, counting: NO_CHECKPOINTS, hash: now.envelope.prev }
    : null;
  if (run !== null)
    for (const one of before) run.counting = countCheckpoints(run, eventOf(one)).counting;
  if (state.runs.size >= RUNS_COUNTED_MOST)
    state.runs.delete(state.runs.keys().next().value as RunId);
  state.runs.set(id, run);
  return run;
}

/** Checkpoints for the time are made when their moment comes, whether or not anything happens then. */
function awaitMoment(state: State): void {
  state.cancelTimer();
  const moments = [...state.runs.values()].flatMap(
    (run) => (run && nextMoment(run.counting, run.workflow)) ?? [],
  );
  if (moments.length === 0 || state.isClosed) return;
  const soonest = Math.min(...moments);
  state.cancelTimer = state.clock.after(Math.max(1, soonest - state.clock.now()), () =>
    passed(state),
  );
}

function passed(state: State): void {
  if (state.isClosed) return;
  try {
    const now = state.clock.now();
    const rows: Kept[] = [];
    for (const [id, run] of state.runs) {
      if (run === null) continue;
      const { made, counting } = passing(run, now);
      run.counting = counting;
      if (made !== null) rows.push(rowOf(run, id, made));
    }
    if (rows.length > 0) state.shelf.keep(rows, state.cursor);
    if (rows.some((row) => !row.isCopied)) copySoon(state);
    awaitMoment(state);
  } catch (error) {
    tellTrouble(state, error);
  }
}

function copySoon(state: State): void {
  state.copying ??= copySome(state).finally(() => {
    state.copying = null;
  });
}

/** @returns whether all that was to be copied is */
async function copySome(state: State): Promise<boolean> {
  await Promise.resolve();
  for (;;) {
    const rows = uncopiedIn(state);
    if (rows.length === 0) return true;
    for (const row of rows) {
      if (!(await copyOne(state, row))) return false;
    }
    if (state.isClosed) return false;
  }
}

function uncopiedIn(state: State): readonly Kept[] {
  return state.shelf.uncopied(COPIES_AT_ONCE_MOST);
}

async function copyOne(state: State, row: Kept): Promise<boolean> {
  const { shelf, copies } = state;
  const { run, id, number, storage } = row;
  try {
    const newest = shelf.of(run).at(-1)?.number ?? number;
    const text = number > newest - COPIES_KEPT_MOST ? textOf(state, row) : null;
    if (text !== null && storage !== "database") {
      const at = placeOf(state, run);
      await copies[storage].put({ run, id, at }, text);
      const old = number - COPIES_KEPT_MOST;
      if (old > 0) await copies[storage].remove({ run, id: `cp_${old}`, at });
    }
    shelf.copied(run, number);
    overcome(state);
    return true;
  } catch (error) {
    tellTrouble(state, error);
    tryAgain(state);
    return false;
  }
}

/** Null where there can be no copy: it is told, and not tried again. */
function textOf(state: State, row: Kept): string | null {
  const first = state.log.read(row.run, 0)[Symbol.iterator]().next();
  const event = first.done === true ? null : eventOf(first.value);
  const workflow = event?.type === "run.accepted" ? state.workflow(event.definition) : null;
  if (workflow === null) return null;
  // Its log is sealed: the row is all that is kept of its checkpoints.
  if (event?.type === "run.accepted" && event.subject !== undefined) return null;
  const made = state.document(row.run, row, workflow);
  if (typeof made === "string") return made;
  state.trouble({ ...made, severity: "warning" });
  return null;
}

function tryAgain(state: State): void {
  if (state.isClosed) return;
  state.cancelRetry();
  state.cancelRetry = state.clock.after(state.retryMs, () => copySoon(state));
  state.retryMs = Math.min(state.retryMs * 2, RETRY_MOST_MS);
}

/** Told when it begins and when it is over, not each time. */
function tellTrouble(state: State, error: unknown): void {
  if (state.isTroubled || state.isClosed) return;
  state.isTroubled = true;
  const { code, message, mend } =
    error instanceof MusterError
      ? error
      : {
          code: "io" as const,
          message: error instanceof Error ? error.message : String(error),
          mend: undefined,
        };
  state.trouble({
    code,
    severity: "warning",
    message: `A checkpoint could not be kept: ${message} The runs go on; it is tried again by itself.`,
    ...(mend === undefined ? {} : { mend }),
  });
}

function overcome(state: State): void {
  state.retryMs = RETRY_FIRST_MS;
  if (!state.isTroubled) return;
  state.isTroubled = false;
  state.trouble({
    code: "io",
    severity: "warning",
    message: "Checkpoints are kept again; those that were not are made up for.",
  });
}

async function close(state: State): Promise<void> {
  readToEnd(state, CLOSING_EVENTS_MOST);
  copySoon(state);
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = state.clock.after(CLOSING_MS_MOST, resolve);
  await Promise.race([state.copying, promise]);
  cancel();
  state.isClosed = true;
  state.cancelTimer();
  state.cancelRetry();
  await Promise.all([state.copies.file.close(), state.copies.redis.close()]);
  state.shelf.close();
}
