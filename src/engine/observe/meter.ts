import type { JsonObject } from "../../core/json.ts";
import type { Observer } from "../observed-log.ts";
import type { Append } from "../store/index.ts";
import { type Buckets, newBuckets, note } from "./buckets.ts";

/**
 * What has happened since this process opened the folder, counted as the log is written: plain numbers,
 * since it is on the way of every step. Whoever collects figures knows counters that begin anew.
 */
export type Meter = {
  readonly observer: Observer;
  /** By name, then by the values of their labels. */
  readonly counters: ReadonlyMap<CounterName, ReadonlyMap<string, number>>;
  readonly runSeconds: ReadonlyMap<string, Buckets>;
  readonly commitSeconds: Buckets;
};

export type CounterName =
  | "runs_started"
  | "runs_finished"
  | "steps_finished"
  | "steps_skipped"
  | "attempts_started"
  | "attempts_ended"
  | "retries"
  | "exceptions_raised"
  | "gates_opened"
  | "tokens"
  | "cost_micros"
  | "agent_calls"
  | "events"
  | "commits";

/** Combinations of labels that are counted apart. */
const SERIES_MOST = 1_000;
/** Runs whose workflow is known without asking. */
const RUNS_MOST = 10_000;

const RUN_SECONDS = [0.01, 0.1, 1, 10, 60, 300, 1_800, 7_200, 86_400, 604_800];
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Of a run: its workflow, and when it began; null for one that is not counted. */
type Known = { readonly workflow: string; readonly at: number } | null;

export type MeterShell = {
  /** What is known of a run that began before this process did; null where it is not to be counted. */
  readonly known: (run: string) => Known;
  /** Whether runs pinned to this definition are counted. */
  readonly isCounted: (definition: unknown) => boolean;
};

type State = MeterShell & {
  readonly counters: Map<CounterName, Map<string, number>>;
  readonly runSeconds: Map<string, Buckets>;
  readonly commitSeconds: Buckets;
  readonly runs: Map<string, Known>;
};

export function openMeter(shell: MeterShell): Meter {
  const state: State = {
    ...shell,
    counters: new Map(),
    runSeconds: new Map(),
    commitSeconds: newBuckets(COMMIT_SECONDS),
    runs: new Map(),
  };
  const { counters, runSeconds, commitSeconds } = state;
  return {
    counters,
    runSeconds,
    commitSeconds,
    observer: (batch, results, tookMs) => {
      note(commitSeconds, tookMs / 1_000);
      count(state, "commits");
      for (let at = 0; at < batch.length; at += 1) {
        const append = batch[at];
        if (append !== undefined && results[at]?.done === true) counted(state, append);
      }
    },
  };
}

function counted(state: State, { stream, events }: Append): void {
  const [first] = events;
  if (first === undefined) return;
  add(state, ["events", ""], events.length);
  const run = runOf(state, stream, first);
  if (run === null) return;
  for (const event of events) COUNTED.get(event.type)?.(state, event, run);
  if (events.at(-1)?.type === "run.finished") state.runs.delete(stream);
}

function runOf(state: State, stream: string, first: Append["events"][number]): Known {
  const known = state.runs.get(stream);
  if (known !== undefined) return known;
  const { type, data, at } = first;
  const made =
    type === "run.accepted"
      ? state.isCounted(data["definition"])
        ? { workflow: text(data["workflow"]), at }
        : null
      : state.known(stream);
  const [oldest] = state.runs.keys();
  if (state.runs.size >= RUNS_MOST && oldest !== undefined) state.runs.delete(oldest);
  state.runs.set(stream, made);
  return made;
}

type Told = { readonly at: number; readonly data: JsonObject };
type Count = (state: State, told: Told, run: NonNullable<Known>) => void;

/** What is counted of an event, by its type; what is not named here is only an event. */
const COUNTED: ReadonlyMap<string, Count> = new Map<string, Count>(
  Object.entries({
    "run.accepted": (state, _told, { workflow }) => count(state, "runs_started", workflow),
    "run.finished": (state, { at, data }, { workflow, at: began }) => {
      const key = pair(workflow, data["outcome"]);
      count(state, "runs_finished", key);
      const seconds = state.runSeconds.get(key) ?? newBuckets(RUN_SECONDS);
      if (state.runSeconds.size < SERIES_MOST) state.runSeconds.set(key, seconds);
      note(seconds, (at - began) / 1_000);
    },
    "step.started": (state, { data }, { workflow }) => {
      if (data["gate"] !== undefined) count(state, "gates_opened", workflow);
      const opening = data["attempt"];
      if (typeof opening === "object" && opening !== null && "agent" in opening)
        count(state, "attempts_started", text(opening["agent"]));
    },
    "attempt.started": (state, { data }) => {
      const agent = text(data["agent"]);
      count(state, "attempts_started", agent);
      count(state, "retries", agent);
    },
    "attempt.ended": (state, { data }, run) => {
      count(state, "attempts_ended", text(data["outcome"]));
      used(state, data["usage"], run);
    },
    "attempt.settled": (state, { data }, run) => used(state, data["usage"], run),
    "step.finished": (state, { data }, run) => {
      count(state, "steps_finished", pair(run.workflow, data["outcome"]));
      if (data["closes"] !== undefined) count(state, "attempts_ended", "ok");
      used(state, data["usage"], run);
    },
    "step.skipped": (state, _told, { workflow }) => count(state, "steps_skipped", workflow),
    "exception.raised": (state, { data }, { workflow }) =>
      count(state, "exceptions_raised", pair(workflow, data["why"])),
  } satisfies Record<string, Count>),
);

function used(state: State, usage: unknown, { workflow }: NonNullable<Known>): void {
  if (typeof usage !== "object" || usage === null) return;
  const { tokens, costMicros, currency, calls } = usage as {
    readonly [name: string]: unknown;
  };
  if (typeof tokens === "number") add(state, ["tokens", workflow], tokens);
  if (typeof calls === "number") add(state, ["agent_calls", workflow], calls);
  if (typeof costMicros === "number")
    add(state, ["cost_micros", pair(workflow, currency)], costMicros);
}

function count(state: State, name: CounterName, key = ""): void {
  add(state, [name, key], 1);
}

function add(state: State, [name, key]: readonly [CounterName, string], by: number): void {
  let series = state.counters.get(name);
  if (series === undefined) {
    series = new Map();
    state.counters.set(name, series);
  }
  const before = series.get(key);
  if (before !== undefined || series.size < SERIES_MOST) series.set(key, (before ?? 0) + by);
  else series.set(OTHERS, (series.get(OTHERS) ?? 0) + by);
}

/** What is counted together, because there are too many to be counted apart. */
const OTHERS = "…";
const BETWEEN = "\u0001";

/** Two labels as one key. The same text each time: one that is made anew is read again to be found. */
function pair(one: string, other: unknown): string {
  const second = text(other);
  let keys = pairs.get(one);
  if (keys === undefined) {
    if (pairs.size >= SERIES_MOST) pairs.clear();
    keys = new Map();
    pairs.set(one, keys);
  }
  let key = keys.get(second);
  if (key === undefined) {
    if (keys.size >= SERIES_MOST) keys.clear();
    key = one + BETWEEN + second;
    keys.set(second, key);
  }
  return key;
}

const pairs = new Map<string, Map<string, string>>();

/** The labels of a series, by their names. */
export function labelsOf(name: CounterName, key: string): Readonly<Record<string, string>> {
  const values = key.split(BETWEEN);
  return Object.fromEntries(LABELS[name].map((label, at) => [label, values[at] ?? ""]));
}

const LABELS: Readonly<Record<CounterName, readonly string[]>> = {
  runs_started: ["workflow"],
  runs_finished: ["workflow", "outcome"],
  steps_finished: ["workflow", "outcome"],
  steps_skipped: ["workflow"],
  attempts_started: ["agent"],
  attempts_ended: ["outcome"],
  retries: ["agent"],
  exceptions_raised: ["workflow", "why"],
  gates_opened: ["workflow"],
  tokens: ["workflow"],
  cost_micros: ["workflow", "currency"],
  agent_calls: ["workflow"],
  events: [],
  commits: [],
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
