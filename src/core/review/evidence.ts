import type { Verdict } from "../audit/index.ts";
import { sayDuration, type Workflow } from "../definition/index.ts";
import { emptyHistory, type History, readEvent, readingWith } from "../history/index.ts";
import type { Event, Read } from "../machine/index.ts";
import { NO_SIGNS, readSigns, type Signs } from "./signs.ts";

/** All that a run is judged by: what its log says, and what only the outside knows of it. */
export type Evidence = {
  readonly read: Reading;
  /** Of the hash chain; null where it was not gone through. */
  readonly chain: Verdict | null;
  /** Why the log could not be read to its end; null where it was. */
  readonly damage: string | null;
  /** How many things the run waits for now, by name; null where nobody asked. */
  readonly waits: number | null;
  /** A limit of calls a minute holds a step of it up now. Absent: none, as far as is known. */
  readonly isRateLimited?: boolean;
  /** Whether a process does what is owed. */
  readonly isAtWork: boolean;
  readonly now: number;
  /** How long runs of this workflow took before; null where there are too few. */
  readonly estimate: Estimate | null;
  /** Checkpoints that were saved, where anybody saves them; `damage` says why one cannot be read. */
  readonly checkpoints: readonly CheckpointNote[] | null;
  /** Notices that were sent or not, where anybody sends them. */
  readonly notices: readonly NoticeNote[] | null;
};

export type Estimate = { readonly ms: number; readonly runs: number };
export type CheckpointNote = { readonly id: string; readonly damage: string | null };
export type NoticeNote = { readonly event: string; readonly isSent: boolean };

/** A run's log, read to some event. */
export type Reading = { readonly history: History; readonly signs: Signs };

export function beginReading(workflow: Workflow): Reading {
  return { history: emptyHistory(workflow), signs: NO_SIGNS };
}

/** @param read gives the contents of the store, for what a fork has inherited */
export function readOn({ history, signs }: Reading, event: Event, read?: Read): Reading {
  if (event.seq <= history.seq) return { history, signs };
  const after = (read === undefined ? readEvent : readingWith(read))(history, event);
  return { history: after, signs: readSigns(signs, event, after) };
}

/** Of a run that goes on, until now. Without the time in which it only waited for people, events or a date. */
export function tookMs({ read, now }: Pick<Evidence, "read" | "now">): number {
  const { history, signs } = read;
  const end = history.endedAt ?? now;
  const resting = signs.restingSince === null ? 0 : end - signs.restingSince;
  return Math.max(0, end - (history.acceptedAt ?? end) - signs.restedMs - resting);
}

/** "420 ms", "12 s", "3 min 20 s". */
export function took(ms: number): string {
  return ms < 1 ? "0 ms" : sayDuration(ms);
}
