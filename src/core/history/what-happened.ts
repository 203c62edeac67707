import type { RunId } from "../id.ts";
import type { EffectClass, Event, Key, Opening, Seq } from "../machine/index.ts";

/** What became of the effects in flight when a run was steered: counted from its events. */
export type WhatHappened = {
  /** They were in flight before, and go on; what they answer is recorded. */
  readonly goOn: number;
  /** Sub-runs that go on. */
  readonly subRuns: readonly RunId[];
  /** Writers that may have done their work: told to stop, and awaited. */
  readonly toldToStop: number;
  /** They only read: nobody waits for their answer any more. */
  readonly dropped: number;
  /** Writers that a person answered for: nobody waits for them, and they may have done their work. */
  readonly answeredFor: number;
  /** They waited for a place or for their turn, and do not begin. */
  readonly notBegun: number;
  readonly begun: number;
  /** Nothing new begins. */
  readonly isPaused: boolean;
};

type Flight = {
  readonly effects: EffectClass;
  readonly child: RunId | null;
  readonly isBegun: boolean;
  readonly isStopping: boolean;
};

type Reading = {
  readonly flights: Map<Key, Flight>;
  toldToStop: number;
  dropped: number;
  answeredFor: number;
  notBegun: number;
  isPaused: boolean;
};

/** @param since the last event before the run was steered */
export function whatHappened(events: Iterable<Event>, since: Seq): WhatHappened {
  const reading: Reading = {
    flights: new Map(),
    toldToStop: 0,
    dropped: 0,
    answeredFor: 0,
    notBegun: 0,
    isPaused: false,
  };
  for (const event of events) read(reading, event, event.seq > since);
  const { toldToStop, dropped, answeredFor, notBegun, isPaused } = reading;
  const open = [...reading.flights];
  const before = open.filter(([key, { isStopping }]) => key <= since && !isStopping);
  return {
    goOn: before.filter(([, { child }]) => child === null).length,
    subRuns: before.flatMap(([, { child }]) => child ?? []),
    toldToStop,
    dropped,
    answeredFor,
    notBegun,
    begun: open.filter(([key]) => key > since).length,
    isPaused,
  };
}

function read(reading: Reading, event: Event, isNew: boolean): void {
  const { flights } = reading;
  const opening = openingIn(event);
  if (opening !== null) flights.set(event.seq, flightOf(opening));
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others may close an attempt, or say nothing of one
  switch (event.type) {
    case "run.paused":
    case "run.resumed":
    case "run.finished":
      reading.isPaused = event.type === "run.paused";
      return;
    case "attempt.begun":
      change(flights, event.key, { isBegun: true });
      return;
    case "attempt.stopping":
      change(flights, event.key, { isStopping: true });
      if (isNew) reading.toldToStop++;
      return;
    default:
      readEnd(reading, event, isNew);
  }
}

function change(flights: Map<Key, Flight>, key: Key, how: Partial<Flight>): void {
  const flight = flights.get(key);
  if (flight !== undefined) flights.set(key, { ...flight, ...how });
}

function readEnd(reading: Reading, event: Event, isNew: boolean): void {
  const ended = closedBy(event);
  const was = ended === null ? undefined : reading.flights.get(ended.key);
  if (ended === null || was === undefined) return;
  reading.flights.delete(ended.key);
  if (!isNew || !ended.isDropped) return;
  if (was.effects === "pure") reading.dropped++;
  else if (was.effects === "ask" && !was.isBegun) reading.notBegun++;
  else reading.answeredFor++;
}

/** A person's task is in nobody's hands. */
function openingIn(event: Event): Opening | null {
  const opening =
    event.type === "step.started"
      ? event.attempt
      : event.type === "attempt.started"
        ? event
        : undefined;
  return opening === undefined || opening.task !== undefined ? null : opening;
}

function flightOf({ effects, child }: Opening): Flight {
  return { effects, child: child ?? null, isBegun: false, isStopping: false };
}

/** Whether it was dropped: closed before it was answered. */
function closedBy(event: Event): { readonly key: Key; readonly isDropped: boolean } | null {
  if (event.type === "attempt.ended")
    return {
      key: event.key,
      isDropped: event.unanswered === true || event.outcome === "stopped",
    };
  // People are asked: nothing of it is in flight.
  if (event.type === "attempt.suspended") return { key: event.key, isDropped: false };
  if (event.type !== "step.finished" || event.closes === undefined) return null;
  const isDropped = event.unanswered === true || event.outcome === "cancelled";
  return { key: event.closes, isDropped };
}
