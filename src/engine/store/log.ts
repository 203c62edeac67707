import type { Actor, Envelope, KeptRow } from "../../core/audit/index.ts";
import type { Digest, StreamId, SubjectId } from "../../core/id.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Keyring } from "../sealing/index.ts";
import type { NewResult, Result } from "./keeping/results.ts";

/**
 * One tenant's log. SQLite: one file per tenant. One transaction holds everything a decision made:
 * its events, contents, timers and its standing; either all of it is on disk or nothing.
 */
export interface Log {
  /**
   * One transaction for the whole batch. Each append is done, or refused on its own with the reason
   * to decide again; a refused one leaves nothing. Throws `MusterError` when the disk refuses: then
   * nothing of the batch is kept.
   */
  append(batch: readonly Append[]): Promise<readonly Appended[]>;
  /**
   * Keeps events from outside, one transaction for all, before anyone is told. The same id again, for
   * the same event and match, is the one that was kept. What was kept long enough is swept, a little
   * each time. Throws `MusterError` when the disk refuses: then nothing of the batch is kept.
   */
  publish(batch: readonly NewPublished[]): Promise<readonly PublishedAt[]>;
  /** The events of a stream after `after`, in order. */
  read(stream: StreamId, after?: number): Iterable<Envelope>;
  /**
   * All events after a position, in commit order, at most `most`: live views, metrics, webhooks. Of one
   * `type` only, where it is given: the others are passed over without being read.
   */
  tail(after: number, most: number, type?: string): readonly Envelope[];
  /** As the events after a position are kept, in commit order: what is sealed stays so. At most `most` rows. */
  rows(after: number, most: number): readonly Row[];
  /** The hashes of events after a position that left the log, at most `most` entries. */
  gone(after: number, most: number): readonly Gone[];
  /** The position of the last event; 0 where there is none. */
  end(): number;
  /** The newest snapshot of a stream made by this version of the machine, or null. */
  snapshot(
    stream: StreamId,
    machine: number,
  ): { readonly seq: number; readonly state: string } | null;
  /** A content by its digest, as JSON text; null when there is none. */
  content(digest: Digest): string | null;
  /** The same as it is kept: that of a subject sealed. For copies of the log. */
  kept(digest: Digest): string | null;
  /** Runs that had effects in flight when they were last written: to fold again on opening. */
  unsettled(): readonly StreamId[];
  /** Timers due up to `until`, soonest first, at most `most`; and when the next one is. */
  due(until: number, most: number): readonly Timer[];
  nextDue(): number | null;
  /** Who listens for an event. */
  listening(event: string, match: string): readonly Listener[];
  /**
   * The oldest event kept that is for this listen: published since its stream began, behind its `after`;
   * null when there is none, or no such listen.
   */
  came(listener: Listener): Published | null;
  /** Who listens for something that is kept, and was not told or has not taken it. */
  untold(): readonly Listener[];
  /**
   * Takes whole streams out of the log, for good, and notes where each is kept now: one transaction.
   * A stream stays where something is left to do in it, or where its end is not the one that is named.
   *
   * @returns those that were taken out
   */
  archive(streams: readonly Archived[]): Promise<readonly StreamId[]>;
  /** Where a stream is kept that was taken out; null where it was not. */
  archived(stream: StreamId): Archived | null;
  /** Streams that were taken out, oldest first. */
  archives(most: number): readonly Archived[];
  /** An archive is no more; its note goes, too. */
  forgetArchive(stream: StreamId): Promise<void>;
  /** Deletes contents that only archived streams named, and makes the file shorter where that is worth it. */
  compact(): Promise<void>;
  /** Keeps a content that no event names, for as long as `sweep` is told; again, it is kept from then on. */
  put(content: NewPut): Promise<void>;
  /** What was put, newest first; a thousand at most. */
  puts(): readonly Put[];
  /** Notes a file whose bytes are on disk; again, it is kept from then on. */
  keepFile(file: KeptFile): Promise<void>;
  file(digest: Digest): KeptFile | null;
  /** Files, newest first; a thousand at most. */
  files(): readonly KeptFile[];
  /** How many contents there are, and their bytes. */
  holdings(): { readonly count: number; readonly bytes: number };
  /**
   * Lets go of what was put before that time, and deletes contents and files that nothing refers to any
   * more, and what nothing ever came to name. Some of it each time; the rest is for the next.
   *
   * @param isOver asked from time to time; then it ends, and the next time goes on
   */
  sweep(before: number, isOver?: () => boolean): Promise<void>;
  /** Standings, newest first. */
  standings(filter: StandingFilter): readonly Standing[];
  standing(stream: StreamId): Standing | null;
  /** The stream that is found by a name at this time; null where none is. */
  named(name: string, now: number): StreamId | null;
  /** How many runs there are of each status. */
  tally(): readonly { readonly status: string; readonly count: number }[];
  /** What is used of an account and set aside in it, by all streams; 0 where there is no such account. */
  account(name: string): number;
  /** What a run gave to the same question, where its time is not over; null where there is none. */
  result(digest: Digest, now: number): Result | null;
  /** Whose log it is. */
  readonly tenant: string;
  /** The keys of those whose data are sealed in this log. */
  readonly keys: Keyring;
  /** Streams that hold the data of these subjects, in the log and in the archive. */
  streamsOf(subjects: readonly SubjectId[]): readonly StreamId[];
  /** Deletes what stands beside the events of subjects whose keys are destroyed. Twice is once. */
  erase(subjects: readonly SubjectId[]): Promise<ErasedInLog>;
  close(): Promise<void>;
}

/** One decision's events as they are kept. */
export type Row = KeptRow;

/** Events that left with an archived stream: 32 bytes each, up to `position`. */
export type Gone = {
  readonly position: number;
  readonly count: number;
  readonly hashes: Uint8Array;
};

/** What only who holds the log may do, besides appending and publishing. */
export type Writing =
  | "archive"
  | "forgetArchive"
  | "compact"
  | "put"
  | "keepFile"
  | "sweep"
  | "erase";

export type Append = {
  readonly stream: StreamId;
  /** The stream's last seq as the decision knew it: the fence. 0 for a new stream. */
  readonly after: number;
  /** The id of a signal that must not count twice in this stream, or null. */
  readonly cause: string | null;
  /** Numbered from `after` + 1, one by one; none where only what stands beside them changes. */
  readonly events: readonly Draft[];
  /**
   * Contents that the events name, as [digest, JSON text]. In a subject's stream they are sealed, but for
   * those that are open: definitions.
   */
  readonly contents: readonly (readonly [digest: Digest, text: string, isOpen?: true])[];
  readonly timersSet: readonly { readonly key: number; readonly due: number }[];
  readonly timersEnded: readonly number[];
  readonly listensSet: readonly {
    readonly key: number;
    readonly event: string;
    /** Empty: every match. */
    readonly match: string;
    /** What was published up to this position is not for it. */
    readonly after: number;
  }[];
  readonly listensEnded: readonly number[];
  /** null leaves the standing as it is. */
  readonly standing: NewStanding | null;
  /** Of the state after these events, as JSON text, stamped with the machine's version. */
  readonly snapshot: { readonly machine: number; readonly state: string } | null;
  /** What these events use, set aside, or give back of the company's accounts; absent: nothing. */
  readonly claims?: readonly Claim[];
  /** What later runs may use again; absent: nothing. */
  readonly results?: readonly NewResult[];
  /** What the stream is found by from now on; refused where another stream is found by one of them. Absent: as it was. */
  readonly names?: readonly NewName[];
};

/** An order's number, a request's id: a case is found by it. */
export type NewName = {
  readonly name: string;
  /** Milliseconds since 1970: from then on another stream may be called so; null: as long as nobody says else. */
  readonly until: number | null;
};

/** M11: checked in the same transaction. What was used already is not refused: its `most` is null. */
export type Claim = {
  readonly account: string;
  /** Below 0 gives back. */
  readonly amount: number;
  readonly most: number | null;
};

/** An event before the store gives it its place, its chain and its hash. */
export type Draft = {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly step: string;
  readonly actor: Actor;
  readonly data: JsonObject;
};

export type Appended =
  | { readonly done: true; readonly position: number }
  /**
   * behind: another writer was first; seen: this cause was decided before; claim: an account has too
   * little left; named: another stream has one of its names.
   */
  | { readonly done: false; readonly again: "behind" | "seen" | "claim" | "named" };

/** A stream that was taken out of the log. */
export type Archived = {
  readonly stream: StreamId;
  /** The file's name in the folder of archives. */
  readonly file: string;
  /** When it was taken out, and when its run ended: milliseconds since 1970. */
  readonly at: number;
  readonly endedAt: number;
  readonly workflow: string;
  readonly status: string;
  /** Its last event. */
  readonly seq: number;
  readonly hash: Digest;
};

/** A content that somebody gave: JSON text, under its digest. */
export type NewPut = {
  readonly digest: Digest;
  readonly text: string;
  /** As people call it. */
  readonly name: string;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** A file as it is, by the digest of its bytes. */
export type KeptFile = {
  readonly digest: Digest;
  readonly bytes: number;
  /** As people call it. */
  readonly name: string;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export type Put = Omit<NewPut, "text"> & { readonly bytes: number };

export type Listener = { readonly stream: StreamId; readonly key: number };

/** An event from outside. */
export type NewPublished = {
  /** Names it, so that it is kept once; null where it has no name. */
  readonly id: string | null;
  readonly event: string;
  /** Which of many: an order's number; "" where there is only one. */
  readonly match: string;
  /** An object, as JSON text. */
  readonly payload: string;
  /** Who published it. */
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** `again`: it was kept before. Positions count up and are never used again. */
export type PublishedAt = { readonly position: number; readonly again: boolean };

export type Published = NewPublished & { readonly position: number };

export type Timer = { readonly stream: StreamId; readonly key: number; readonly due: number };

/** One line of the list of runs, or of cases, kept in the same transaction as the events it tells of. */
export type NewStanding = {
  /** Absent: a run. It never changes. */
  readonly kind?: "case";
  readonly workflow: string;
  readonly version: string;
  readonly status: string;
  /** Something is in flight: fold this stream on opening. */
  readonly unsettled: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly done: number;
  readonly expected: number;
  readonly parent: StreamId | null;
  /** Why it failed or waits, one line; "" when there is nothing to say. */
  readonly note: string;
};

export type Standing = NewStanding & {
  readonly stream: StreamId;
  readonly seq: number;
  readonly updatedAt: number;
};

export type StandingFilter = {
  /** Absent: runs. */
  readonly kind?: "case";
  /** true: only those that have something in flight. */
  readonly unsettled?: true;
  readonly status?: readonly string[];
  readonly workflow?: string;
  /** Only runs of this parent; null is: only runs without one. */
  readonly parent?: StreamId | null;
  readonly most: number;
  readonly offset?: number;
};

/** What the log holds of subjects whose keys are destroyed, and what of it was deleted. */
export type ErasedInLog = { readonly streams: readonly StreamId[]; readonly contents: number };
