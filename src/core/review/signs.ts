import type { Retry, Step } from "../definition/index.ts";
import { readsOf, type Template } from "../expression/index.ts";
import { type History, placeAt, statusOf } from "../history/index.ts";
import type { Event, EventType, Failure, Path } from "../machine/index.ts";
import { emptyTable, get, remove, set, type Table } from "../machine/index.ts";

/**
 * What a review looks for in a run's log beside its history: read event by event with it, so that a
 * run of any length is read once. Persistent, as the history is.
 */
export type Signs = {
  /** Attempts of live steps, since they began or a person last had them tried again. */
  readonly tries: Table<Path, number>;
  /** The first step that was tried more often than its definition allows, or went round more often. */
  readonly endless: Sign | null;
  /** Critical failures that nobody was told of yet, by step. */
  readonly untold: Table<Path, string>;
  /** The first step whose inputs could not be made of what the steps before it gave. */
  readonly unfed: Sign | null;
  /** Steps begun that read what steps before them gave. */
  readonly fed: number;
  /** The first step that asked for an agent that is not there. */
  readonly agentless: Sign | null;
  /** The first limit of tokens, calls, money or time that was passed. */
  readonly exceeded: Sign | null;
  /** Exceptions raised, in all. */
  readonly raised: number;
  /** Whether the last event ends a decision: nothing is cut off. */
  readonly whole: boolean;
  /** How long the run only waited for people, events or times, and since when it does. */
  readonly restedMs: number;
  readonly restingSince: number | null;
};

export type Sign = { readonly path: Path; readonly message: string };

export const NO_SIGNS: Signs = {
  tries: emptyTable(),
  endless: null,
  untold: emptyTable(),
  unfed: null,
  fed: 0,
  agentless: null,
  exceeded: null,
  raised: 0,
  whole: true,
  restedMs: 0,
  restingSince: null,
};

/** The signs after one more event. @param history as it is after the event */
export function readSigns(before: Signs, event: Event, history: History): Signs {
  const signs = rested({ ...before, whole: event.end === true }, event, history);
  const reader = READERS[event.type] as Reader<EventType> | undefined;
  return reader ? reader(signs, event, history) : signs;
}

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;
type Reader<Type extends EventType> = (signs: Signs, event: Of<Type>, history: History) => Signs;

const READERS: { readonly [Type in EventType]?: Reader<Type> } = {
  "step.started": stepStarted,
  "attempt.started": (signs, { path }, history) => tried(signs, path, history),
  "attempt.ended": (signs, { path, error }) => failed(signs, path, error),
  "step.finished": stepFinished,
  "exception.raised": (signs, { path }) => ({
    ...signs,
    raised: signs.raised + 1,
    untold: remove(signs.untold, path),
  }),
  "exception.closed": (signs, { path, how }) =>
    how === "retry" || how === "found" ? { ...signs, tries: remove(signs.tries, path) } : signs,
  "step.released": (signs, { path }) => ({ ...signs, tries: remove(signs.tries, path) }),
  // What waits until it fits has passed no limit.
  "budget.exceeded": (signs, { path, follows, error }) =>
    follows === "wait" ? signs : exceeded(signs, { path, message: error.message }),
  "rule.acted": (signs, { path }) => ({ ...signs, untold: remove(signs.untold, path) }),
  "run.paused": (signs) => ({ ...signs, untold: emptyTable() }),
  "run.stopping": (signs, { error }) =>
    error && isLimit(error) ? exceeded(signs, { path: "", message: error.message }) : signs,
};

/** What a failure is called that a limit of time or a budget made. */
const LIMIT_KINDS: ReadonlySet<string> = new Set([
  "timeout",
  "total_timeout",
  "limit",
  "budget_exceeded",
]);

function isLimit({ kind }: Failure): boolean {
  return LIMIT_KINDS.has(kind);
}

function exceeded(signs: Signs, sign: Sign): Signs {
  return signs.exceeded ? signs : { ...signs, exceeded: sign };
}

function stepStarted(signs: Signs, event: Of<"step.started">, history: History): Signs {
  const { step } = placeAt(history.places, event.path);
  const fed = step !== null && readsSteps(step) ? signs.fed + 1 : signs.fed;
  const round = roundOf(event.path);
  const begun =
    round === null ? { ...signs, fed } : rounded({ ...signs, fed }, event.path, history);
  return event.attempt ? tried(begun, event.path, history) : begun;
}

/** The number of the round whose body begins at this path, from 1; null where it is no round. */
function roundOf(path: Path): number | null {
  const round = /\{(\d+)\}$/.exec(path)?.[1];
  return round === undefined ? null : Number(round);
}

function rounded(signs: Signs, path: Path, history: History): Signs {
  const repeat = placeAt(history.places, path.replace(/\{\d+\}$/, "")).step;
  const rounds = roundOf(path) ?? 0;
  if (signs.endless || repeat?.kind !== "repeat" || rounds <= repeat.roundsMost) return signs;
  const message = `"${repeat.name}" has gone round ${rounds} times; it may ${repeat.roundsMost} times.`;
  return { ...signs, endless: { path, message } };
}

function tried(signs: Signs, path: Path, history: History): Signs {
  const tries = (get(signs.tries, path) ?? 0) + 1;
  const after = { ...signs, tries: set(signs.tries, path, tries) };
  const { step } = placeAt(history.places, path);
  const most = step === null ? null : attemptsMost(step);
  if (signs.endless || most === null || tries <= most) return after;
  const message = `"${step?.name ?? path}" was given to agents ${tries} times; it may be ${most} times.`;
  return { ...after, endless: { path, message } };
}

/** What a fallback agent is given begins anew. */
function attemptsMost(step: Step): number | null {
  if (step.kind !== "task" && step.kind !== "workflow") return null;
  const { attemptsMost: most }: Retry = step.retry;
  return step.kind === "task" && step.fallback !== null ? 2 * most : most;
}

function failed(signs: Signs, path: Path, error: Failure): Signs {
  let after = signs;
  if (error.class === "critical")
    after = { ...after, untold: set(after.untold, path, error.message) };
  if (error.kind === "agent_not_found" && !after.agentless)
    after = { ...after, agentless: { path, message: error.message } };
  if (error.kind === "budget_exceeded") after = exceeded(after, { path, message: error.message });
  return after;
}

function stepFinished(signs: Signs, event: Of<"step.finished">): Signs {
  const { path, outcome, error, closes } = event;
  const after = { ...signs, tries: remove(signs.tries, path) };
  if (!error) return after;
  const told = failed(after, path, error);
  // What ends without an attempt was refused its inputs; what gave the wrong outputs feeds nobody.
  const starved = error.kind === "invalid_input_data" && closes === undefined;
  const broken = outcome === "failed" && (starved || error.kind === "invalid_output");
  return broken && !told.unfed ? { ...told, unfed: { path, message: error.message } } : told;
}

function rested(signs: Signs, { at }: Event, history: History): Signs {
  const status = statusOf(history);
  // One that has ended may be rolled back later.
  const rests = status === "waiting" || status === "paused" || history.endedAt !== null;
  const { restingSince: since } = signs;
  if (rests) return since === null ? { ...signs, restingSince: at } : signs;
  if (since === null) return signs;
  return { ...signs, restingSince: null, restedMs: signs.restedMs + (at - since) };
}

const reading = new WeakMap<Step, boolean>();

/** Whether its inputs, params or items are made of what other steps gave. */
function readsSteps(step: Step): boolean {
  const known = reading.get(step);
  if (known !== undefined) return known;
  const is = templatesOf(step).some(reads);
  reading.set(step, is);
  return is;
}

function templatesOf(step: Step): readonly Template[] {
  switch (step.kind) {
    case "task":
      return Object.values(step.inputs);
    case "workflow":
      return Object.values(step.params);
    case "each":
      return [step.items];
    case "gate":
      return [step.ask, ...Object.values(step.show)];
    case "block":
    case "choose":
    case "repeat":
    case "wait":
      return [];
  }
}

function reads(template: Template): boolean {
  return readsOf(template).some(([first]) => first === "steps");
}
