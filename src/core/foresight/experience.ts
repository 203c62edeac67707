import type { Amounts } from "../amounts.ts";
import { isObject, type Json } from "../json.ts";
import {
  barePath,
  type Event,
  type Key,
  type Opening,
  type Path,
  type Stored,
} from "../machine/index.ts";
import { amountsOf } from "./usage.ts";

/** What is kept of each step, of all the runs that are looked at together. */
const TRIES_KEPT_MOST = 1_000;

/** One attempt at a step, as the log tells it. */
export type Try = {
  readonly ms: number;
  /** The kind of its error; null: it went well. */
  readonly error: string | null;
  /** 1 for the first in its step. */
  readonly number: number;
  readonly usage: Amounts;
  readonly agent: string;
};

/** What past runs tell about one step of a workflow, by its path without numbers. */
export type StepExperience = {
  readonly tries: readonly Try[];
  /** How long it waited for people, an event or a time, each time. */
  readonly waitsMs: readonly number[];
  /** each: how many items there were, each time. */
  readonly counts: readonly number[];
  /** How often it ended, and how. */
  readonly ends: Readonly<Record<string, number>>;
  /** What it gave in the latest run that it completed in, and how often it gave the very same before. */
  readonly output: Stored | null;
  readonly same: number;
  /** How often what it gave was empty: no items, nothing, null. */
  readonly empties: number;
};

export type Experience = {
  /** Runs that were read, and how many of them completed. */
  readonly runs: number;
  readonly completed: number;
  /** How long each took that has ended. */
  readonly runsMs: readonly number[];
  readonly usage: readonly Amounts[];
  readonly steps: ReadonlyMap<Path, StepExperience>;
};

type Learning = {
  tries: Try[];
  waitsMs: number[];
  counts: number[];
  ends: Record<string, number>;
  output: Stored | null;
  same: number;
  empties: number;
};

/** What runs of one workflow were like. @param runs their logs, newest first */
export function experienceOf(runs: Iterable<Iterable<Event>>): Experience {
  const steps = new Map<Path, Learning>();
  const runsMs: number[] = [];
  const usage: Amounts[] = [];
  let count = 0;
  let completed = 0;
  for (const events of runs) {
    count += 1;
    const run = readRun(events, steps);
    if (run.ms !== null) runsMs.push(run.ms);
    if (run.isCompleted) completed += 1;
    usage.push(run.usage);
  }
  return { runs: count, completed, runsMs, usage, steps };
}

type Begun = {
  readonly path: Path;
  readonly at: number;
  readonly number: number;
  readonly agent: string;
};

type Reading = {
  readonly steps: Map<Path, Learning>;
  readonly begun: Map<Key, Begun>;
  /** How many attempts each live step has had. */
  readonly numbers: Map<Path, number>;
  readonly waits: Map<Path, number>;
  readonly usage: Record<string, number>;
};

function readRun(
  events: Iterable<Event>,
  steps: Map<Path, Learning>,
): { readonly ms: number | null; readonly isCompleted: boolean; readonly usage: Amounts } {
  const usage: Record<string, number> = {};
  const reading: Reading = { steps, begun: new Map(), numbers: new Map(), waits: new Map(), usage };
  let acceptedAt: number | null = null;
  let ms: number | null = null;
  let isCompleted = false;
  const away: Away = { ms: 0, pausedAt: null, lastAt: null };
  for (const event of events) {
    if (event.type === "run.accepted") acceptedAt = event.at;
    leave(away, event);
    // A rollback that comes later is no part of what a run takes.
    if (event.type === "run.finished" && ms === null) {
      ms = acceptedAt === null ? null : Math.max(0, event.at - acceptedAt - away.ms);
      isCompleted = event.outcome === "completed";
    }
    readEvent(reading, event);
  }
  return { ms, isCompleted, usage };
}

/** Time in which nobody was at work: the process was gone, or the run was paused. */
type Away = { ms: number; pausedAt: number | null; lastAt: number | null };

function leave(away: Away, { type, at }: Event): void {
  if (type === "run.paused") away.pausedAt ??= at;
  else if (type === "run.resumed" && away.pausedAt !== null) {
    away.ms += at - away.pausedAt;
    away.pausedAt = null;
  } else if (type === "attempt.repeated" && away.pausedAt === null)
    away.ms += at - (away.lastAt ?? at);
  away.lastAt = at;
}

function readEvent(reading: Reading, event: Event): void {
  if (event.type === "step.started") return start(reading, event);
  if (event.type === "attempt.started") return begin(reading, event, event);
  if (event.type === "gate.closed") return waited(reading, event.path, event.at);
  if (event.type === "step.finished") return finish(reading, event);
  if (event.type === "attempt.repeated") return beginAgain(reading, event);
  if (event.type !== "attempt.ended") return;
  const { at, error, usage } = event;
  end(reading, event.key, { at, error: error.kind, usage: amountsOf(usage) });
}

function start(reading: Reading, event: Extract<Event, { readonly type: "step.started" }>): void {
  const { attempt, gate, listen, due, count, path, at } = event;
  if (attempt !== undefined) begin(reading, event, attempt);
  if (gate !== undefined || listen !== undefined || due !== undefined) reading.waits.set(path, at);
  if (count !== undefined) learn(reading, path).counts.push(count);
}

function begin(reading: Reading, event: Event & { readonly path: Path }, { agent }: Opening): void {
  const number = (reading.numbers.get(event.path) ?? 0) + 1;
  reading.numbers.set(event.path, number);
  reading.begun.set(event.seq, { path: event.path, at: event.at, number, agent });
}

/** After a crash: the time in which nobody was at work is no time that its agent took. */
function beginAgain(reading: Reading, { key, at }: Extract<Event, Repeated>): void {
  const begun = reading.begun.get(key);
  if (begun !== undefined) reading.begun.set(key, { ...begun, at });
}

type Repeated = { readonly type: "attempt.repeated" };

type Ending = { readonly at: number; readonly error: string | null; readonly usage: Amounts };

function end(reading: Reading, key: Key, { at, error, usage }: Ending): void {
  const begun = reading.begun.get(key);
  if (begun === undefined) return;
  reading.begun.delete(key);
  for (const [unit, amount] of Object.entries(usage))
    reading.usage[unit] = (reading.usage[unit] ?? 0) + amount;
  const { tries } = learn(reading, begun.path);
  const { number, agent } = begun;
  if (tries.length < TRIES_KEPT_MOST)
    tries.push({ ms: at - begun.at, error, number, usage, agent });
}

function waited(reading: Reading, path: Path, at: number): void {
  const since = reading.waits.get(path);
  if (since === undefined) return;
  reading.waits.delete(path);
  learn(reading, path).waitsMs.push(at - since);
}

function finish(reading: Reading, event: Extract<Event, { readonly type: "step.finished" }>): void {
  const { path, outcome, closes, at, output } = event;
  if (closes !== undefined)
    end(reading, closes, { at, error: event.error?.kind ?? null, usage: amountsOf(event.usage) });
  waited(reading, path, at);
  reading.numbers.delete(path);
  const learning = learn(reading, path);
  learning.ends[outcome] = (learning.ends[outcome] ?? 0) + 1;
  if (outcome !== "completed" || output === undefined) return;
  if ("value" in output && isEmpty(output.value)) learning.empties += 1;
  if (learning.output === null) learning.output = output;
  else if (JSON.stringify(learning.output) === JSON.stringify(output)) learning.same += 1;
}

function isEmpty(value: Json): boolean {
  if (value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(isEmpty);
}

function learn({ steps }: Reading, path: Path): Learning {
  const bare = barePath(path);
  const known = steps.get(bare);
  if (known !== undefined) return known;
  const made: Learning = {
    tries: [],
    waitsMs: [],
    counts: [],
    ends: {},
    output: null,
    same: 0,
    empties: 0,
  };
  steps.set(bare, made);
  return made;
}
