import type { Failure, Path, Usage } from "../machine/index.ts";
import { get, remove, set } from "../machine/index.ts";
import { ownOf } from "../own.ts";
import {
  type Counts,
  ERRORS_KEPT_MOST,
  type History,
  type UsageSum,
  WARNINGS_KEPT_MOST,
} from "./history.ts";
import { isComposite, type Place, parentPath, placeAt } from "./place.ts";
import {
  EMPTY_TALLY,
  FAILURES_SHOWN_MOST,
  isEnded,
  newRecord,
  type StepRecord,
  type Tally,
} from "./record.ts";

/** What is known of a step; one that has not begun is as its definition says. */
export function recordAt(history: History, path: Path): StepRecord {
  const place = placeAt(history.places, path);
  const known = get(history.records, nameOf(place, path));
  // The record of an earlier round is not this round's.
  return known && known.path === path ? known : newRecord(path, place.units);
}

/** Writes a step's record, and keeps every sum that it is part of. */
export function write(history: History, record: StepRecord): History {
  const place = placeAt(history.places, record.path);
  const name = nameOf(place, record.path);
  const before = get(history.records, name);
  const was = before?.path === record.path ? before : null;
  const gone = place.many && isEnded(record.status);
  const records = gone ? remove(history.records, name) : set(history.records, name, record);
  const counts = counted(history.counts, place, { was, now: record });
  const agents = asked(history.agents, was, record);
  if (!place.many) return { ...history, records, counts, agents };
  const tally = get(history.tallies, place.path) ?? EMPTY_TALLY;
  const tallies = set(history.tallies, place.path, tallied(tally, was, record));
  return { ...history, records, counts, agents, tallies };
}

/** Adds to what is expected, or to what is done, in every step that holds this one. */
export function addWork(
  history: History,
  path: Path,
  work: { readonly expected?: number; readonly done?: number },
): History {
  const { expected = 0, done = 0 } = work;
  if (expected === 0 && done === 0) return history;
  let records = history.records;
  for (let at = parentPath(path); at !== null; at = parentPath(at)) {
    const place = placeAt(history.places, at);
    const name = nameOf(place, at);
    const held = get(records, name);
    const record = held?.path === at ? held : newRecord(at, place.units);
    records = set(records, name, {
      ...record,
      expected: record.expected + expected,
      done: Math.min(record.expected + expected, record.done + done),
    });
  }
  return { ...history, records };
}

export function addUsage(sum: UsageSum, usage: Usage | undefined): UsageSum {
  if (!usage) return sum;
  const { tokens = 0, calls = 0, costMicros, currency = "" } = usage;
  const cost =
    costMicros === undefined
      ? sum.costMicros
      : { ...sum.costMicros, [currency]: (sum.costMicros[currency] ?? 0) + costMicros };
  return { tokens: sum.tokens + tokens, calls: sum.calls + calls, costMicros: cost };
}

export function addError(
  history: History,
  record: StepRecord,
  told: { readonly at: number; readonly error: Failure },
): History {
  const counts = { ...history.counts, errors: history.counts.errors + 1 };
  if (history.errors.length >= ERRORS_KEPT_MOST) return { ...history, counts };
  const { path, agent, attempts: attempt } = record;
  return { ...history, counts, errors: [...history.errors, { ...told, path, agent, attempt }] };
}

export function addWarnings(
  history: History,
  path: Path,
  told: { readonly at: number; readonly texts: readonly string[] },
): History {
  if (told.texts.length === 0) return history;
  const counts = { ...history.counts, warnings: history.counts.warnings + told.texts.length };
  const room = WARNINGS_KEPT_MOST - history.warnings.length;
  const more = told.texts.slice(0, Math.max(0, room)).map((text) => ({ at: told.at, path, text }));
  return { ...history, counts, warnings: [...history.warnings, ...more] };
}

/** One record for a step of which there is one, through all its rounds; one each where there are many. */
function nameOf(place: Place, path: Path): Path {
  return place.many ? path : place.path;
}

function asked(
  agents: History["agents"],
  was: StepRecord | null,
  { agent, attempt, attempts, task }: StepRecord,
): History["agents"] {
  const isAsked = task !== null || attempt?.subRun === false;
  if (!agent || !isAsked || attempts === was?.attempts) return agents;
  return { ...agents, [agent]: (ownOf(agents, agent) ?? 0) + 1 };
}

type Turn = { readonly was: StepRecord | null; readonly now: StepRecord };
type Marks = { readonly [Name in keyof Counts]?: number };

/** What a record counts for is added, what it counted for before is taken away. */
function counted(counts: Counts, place: Place, { was, now }: Turn): Counts {
  const sum: { -readonly [Name in keyof Counts]: number } = { ...counts };
  const add = (marks: Marks, sign: number): void => {
    for (const name of MARKED) sum[name] += sign * (marks[name] ?? 0);
  };
  add(marksOf(place, now), 1);
  if (was) add(marksOf(place, was), -1);
  sum.inFlightPeak = Math.max(sum.inFlightPeak, sum.inFlight);
  return sum;
}

const MARKED = [
  "attempts",
  "inFlight",
  "subRuns",
  "retrying",
  "waiting",
  "retried",
  "fellBack",
  "degraded",
  "failed",
  "skipped",
  "undone",
] as const;

/** Steps that hold others are not counted beside those. */
function marksOf(place: Place, record: StepRecord): Marks {
  const { status, attempts, attempt } = record;
  const leaf = place.step === null || !isComposite(place.step.kind);
  return {
    attempts,
    inFlight: attempt?.subRun === false ? 1 : 0,
    subRuns: attempt?.subRun ? 1 : 0,
    retried: attempts > 1 ? 1 : 0,
    fellBack: record.fallback === null ? 0 : 1,
    degraded: status === "degraded" ? 1 : 0,
    undone: place.step === null && status === "completed" ? 1 : 0,
    ...(leaf && LEAF_STATUSES.has(status) ? { [status]: 1 } : {}),
  };
}

const LEAF_STATUSES: ReadonlySet<string> = new Set(["retrying", "waiting", "failed", "skipped"]);

function tallied(tally: Tally, was: StepRecord | null, now: StepRecord): Tally {
  const before = was?.attempts ?? 0;
  const asked =
    now.attempts === before
      ? tally
      : { ...tally, attempts: tally.attempts + now.attempts - before, agent: now.agent };
  if (was?.status === now.status) return asked;
  const counts = { ...tally.counts, [now.status]: (tally.counts[now.status] ?? 0) + 1 };
  if (was) counts[was.status] = (counts[was.status] ?? 1) - 1;
  const shown = now.status === "failed" && tally.failures.length < FAILURES_SHOWN_MOST;
  const failure = { path: now.path, message: now.error?.message ?? "no reason was given" };
  return { ...asked, counts, failures: shown ? [...tally.failures, failure] : tally.failures };
}
