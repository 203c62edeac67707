import type { Digest, StreamId, SubjectId } from "../../core/id.ts";
import type { Keyring } from "../sealing/index.ts";
import type { NewStanding, Standing } from "./log.ts";
import { openedNote } from "./writing/sealed.ts";

/** A stream's row with the end of its log beside it; progress is the newer of the two. */
export type StandingRow = {
  readonly id: number;
  readonly name: StreamId;
  /** null until the stream is given a standing. */
  readonly status: string | null;
  readonly workflow: string;
  readonly version: string;
  readonly unsettled: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly parent: StreamId | null;
  readonly note: string;
  readonly kind: "case" | null;
  readonly done: number | null;
  readonly expected: number | null;
  readonly seq: number;
  readonly hash: Digest | null;
  readonly updated_at: number;
  readonly subject: SubjectId | null;
};

/** Reads `StandingRow`s: one look into the log's index for each. */
export const STANDINGS: string = standingsOf("streams");

/** @param streams the table, or a choice of its rows in brackets */
export function standingsOf(streams: string): string {
  return `select s.id, s.name, s.status, s.workflow, s.version, s.unsettled, s.started_at, s.ended_at,
    s.parent, s.note, s.kind,
    iif(d.fence is null or s.reached >= d.fence + d.count, s.done, d.done) as done,
    iif(d.fence is null or s.reached >= d.fence + d.count, s.expected, d.expected) as expected,
    coalesce(d.fence + d.count, 0) as seq, d.hash, coalesce(d.at, s.started_at) as updated_at,
    s.subject
    from ${streams} s left join decisions d on d.stream = s.id
      and d.fence = (select max(fence) from decisions where stream = s.id)`;
}

export function toNewStanding(row: StandingRow, keys: Keyring): NewStanding {
  const note = row.subject === null ? row.note : openedNote(row.note, row.name, keys);
  return {
    ...(row.kind === null ? {} : { kind: row.kind }),
    workflow: row.workflow,
    version: row.version,
    status: row.status ?? "",
    unsettled: row.unsettled === 1,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    done: row.done ?? 0,
    expected: row.expected ?? 0,
    parent: row.parent,
    note,
  };
}

export function toStanding(row: StandingRow, keys: Keyring): Standing {
  const { name, seq, updated_at } = row;
  return { ...toNewStanding(row, keys), stream: name, seq, updatedAt: updated_at };
}

/** Whether nothing but progress differs. */
export function isSameStanding(one: NewStanding, other: NewStanding): boolean {
  return one.startedAt === other.startedAt && saysTheSame(one, other);
}

/** Whether nothing differs but when they began and how far they are. */
export function saysTheSame(one: NewStanding, other: NewStanding): boolean {
  return (
    one.status === other.status &&
    one.unsettled === other.unsettled &&
    one.note === other.note &&
    one.endedAt === other.endedAt &&
    one.workflow === other.workflow &&
    one.version === other.version &&
    one.parent === other.parent &&
    one.kind === other.kind
  );
}

/** How many there are of each status, in the order of the alphabet. */
export function tallied(
  standings: readonly Pick<NewStanding, "status">[],
): readonly { readonly status: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { status } of standings) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts.keys()]
    .toSorted()
    .map((status) => ({ status, count: counts.get(status) ?? 0 }));
}
