import type { Envelope } from "../../../core/audit/index.ts";
import type { StreamId } from "../../../core/id.ts";
import { type Event, eventOf, type Failure, type Opening } from "../../../core/machine/index.ts";
import type { Log } from "../../store/index.ts";

/** What the log says of an agent's attempts. */
export type AgentRecord = {
  /** Attempts that have ended, and how many of them ended well. */
  readonly attempts: number;
  readonly well: number;
  /** The middle one of the times that those took which ended well; null: none has. */
  readonly medianMs: number | null;
  /** Attempts that were begun and have not ended. */
  readonly open: number;
  readonly lastError: { readonly at: number; readonly error: Failure; readonly run: string } | null;
};

/** Runs that are looked into, newest first, and events of all of them together. */
export const RUNS_READ_MOST = 200;
const EVENTS_READ_MOST = 200_000;
/** Times that are kept of one agent. */
const TIMES_KEPT_MOST = 10_000;

type Tally = {
  attempts: number;
  well: number;
  open: number;
  times: number[];
  lastError: AgentRecord["lastError"];
};

/** The records of all agents, read off the newest runs. */
export function agentRecords(
  log: Pick<Log, "read" | "standings">,
): ReadonlyMap<string, AgentRecord> {
  const tallies = new Map<string, Tally>();
  let left = EVENTS_READ_MOST;
  for (const { stream } of log.standings({ most: RUNS_READ_MOST })) {
    left -= readRun(log.read(stream), { tallies, stream, most: left });
    if (left <= 0) break;
  }
  return new Map([...tallies].map(([agent, tally]) => [agent, recordOf(tally)]));
}

type Reading = {
  readonly tallies: Map<string, Tally>;
  readonly stream: StreamId;
  readonly most: number;
};

/** @returns how many events were read */
function readRun(events: Iterable<Envelope>, { tallies, stream, most }: Reading): number {
  const open = new Map<number, { readonly tally: Tally; readonly at: number }>();
  let read = 0;
  for (const envelope of events) {
    read += 1;
    if (read > most) break;
    const event = eventOf(envelope);
    const opening = openingIn(event);
    if (opening !== null && opening.agent !== "") {
      const tally = tallyOf(tallies, opening.agent);
      tally.open += 1;
      open.set(event.seq, { tally, at: event.at });
    }
    const closing = closingIn(event);
    const known = closing === null ? undefined : open.get(closing.key);
    if (closing === null || known === undefined) continue;
    open.delete(closing.key);
    close(known, { ...closing, at: event.at, stream });
  }
  return read;
}

/** A sub-run is no agent's. */
function openingIn(event: Event): Opening | null {
  const opening =
    event.type === "attempt.started" ? event : event.type === "step.started" ? event.attempt : null;
  return opening == null || opening.child !== undefined ? null : opening;
}

type Closing = { readonly key: number; readonly error: Failure | null; readonly isWell: boolean };

function closingIn(event: Event): Closing | null {
  if (event.type === "attempt.ended") {
    // What was not even tried, or was told to stop, says nothing of how it works.
    const error = event.outcome === "failed" || event.outcome === "unknown" ? event.error : null;
    return { key: event.key, error, isWell: false };
  }
  if (event.type !== "step.finished" || event.closes === undefined) return null;
  return { key: event.closes, error: null, isWell: event.outcome === "completed" };
}

function close(
  { tally, at: begun }: { readonly tally: Tally; readonly at: number },
  { error, isWell, at, stream }: Closing & { readonly at: number; readonly stream: StreamId },
): void {
  tally.open -= 1;
  if (!isWell && error === null) return;
  tally.attempts += 1;
  if (isWell) {
    tally.well += 1;
    if (tally.times.length < TIMES_KEPT_MOST) tally.times.push(at - begun);
  }
  if (error !== null && (tally.lastError === null || tally.lastError.at < at))
    tally.lastError = { at, error, run: stream };
}

function tallyOf(tallies: Map<string, Tally>, agent: string): Tally {
  const known = tallies.get(agent);
  if (known !== undefined) return known;
  const made: Tally = { attempts: 0, well: 0, open: 0, times: [], lastError: null };
  tallies.set(agent, made);
  return made;
}

function recordOf({ times, ...counts }: Tally): AgentRecord {
  const sorted = times.toSorted((a, b) => a - b);
  return { ...counts, medianMs: sorted[Math.floor((sorted.length - 1) / 2)] ?? null };
}
