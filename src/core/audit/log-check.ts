import type { Digest, StreamId } from "../id.ts";
import { instantOf } from "../instant.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { canonical } from "./canonical.ts";
import type { Actor, Sealed } from "./envelope.ts";
import { heading, type Lineage, lineage, NOTHING_BEFORE, type Sha256, seal } from "./seal.ts";

/** One decision's events as the log keeps them. `position` is of the last. */
export type KeptRow = {
  readonly position: number;
  readonly stream: StreamId;
  readonly fence: number;
  readonly count: number;
  readonly at: number;
  readonly actor: string;
  readonly cause: string | null;
  readonly hash: Digest;
  readonly body: string;
};

/**
 * What may be wrong with a record. modified: an event is not what was written; missing: one is not
 * there; inserted: one is there that was not written; reordered: all are there, in another order or
 * with a clock that went back; truncated: the last ones are not there; forked: two histories were
 * signed; rewritten: another history, whole in itself; bad-signature: a checkpoint was not signed by a
 * key of this log; policy-violation: all is as it was written, and something was done that may not be.
 */
export type WrongKind =
  | "modified"
  | "missing"
  | "inserted"
  | "reordered"
  | "truncated"
  | "forked"
  | "rewritten"
  | "bad-signature"
  | "policy-violation";

export type Wrong = {
  readonly kind: WrongKind;
  /** In the order of commits: the first that is wrong. */
  readonly position: number;
  /** `<stream>.<seq>`, where it is known. */
  readonly event: string;
  readonly message: string;
};

/** An event of a row that was gone through; what is sealed in its data is not opened. */
export type CheckedEvent = {
  readonly stream: StreamId;
  readonly seq: number;
  readonly position: number;
  readonly at: number;
  readonly type: string;
  /** The path of the step, or "". */
  readonly step: string;
  readonly actor: Actor;
  readonly data: JsonObject;
  readonly sealed: readonly Sealed[];
  readonly hash: Digest;
};

export type CheckedRow = {
  readonly events: readonly CheckedEvent[];
  readonly wrong: readonly Wrong[];
};

/** Clocks of machines are set back by so much and no more: what is beyond is told. */
export const SKEW_MOST_MS = 300_000;

export type LogCheckShell = {
  readonly tenant: string;
  readonly sha256: Sha256;
  /** Whether an event is anywhere in its stream: what is not where it should be stands elsewhere, or nowhere. */
  readonly isThere: (stream: StreamId, seq: number) => boolean;
};

/**
 * Goes through a log row by row, in the order of commits: each event is hashed again from what stands
 * in it, follows the one before in its stream, and no time goes back. What is wrong is told once, and
 * what comes behind is taken from what is written.
 */
export type LogCheck = {
  /** Where the next row is to begin, less one. */
  readonly position: () => number;
  /** Events that left with an archived stream. */
  readonly pass: (count: number) => void;
  readonly row: (row: KeptRow) => CheckedRow;
};

type End = { seq: number; hash: Digest; readonly lineage: Lineage };

export function openLogCheck(shell: LogCheckShell): LogCheck {
  const ends = new Map<StreamId, End>();
  let position = 0;
  let latest = 0;
  return {
    position: () => position,
    pass: (count) => {
      position += count;
    },
    row: (row) => {
      const wrong: Wrong[] = [];
      const first = row.position - row.count + 1;
      const end = ends.get(row.stream) ?? newEnd(shell, row.stream);
      ends.set(row.stream, end);
      const misplaced = misplacement({ row, first, position, end }, shell);
      if (misplaced !== null) wrong.push(misplaced);
      if (latest - row.at > SKEW_MOST_MS) wrong.push(wentBack(row, first, latest));
      latest = Math.max(latest, row.at);
      position = Math.max(position, row.position);
      if (misplaced?.kind === "inserted") return { events: [], wrong };
      end.seq = row.fence;
      const events = eventsOf(row, { end, shell, wrong, isFollowing: misplaced === null });
      return { events, wrong };
    },
  };
}

function newEnd({ tenant }: LogCheckShell, stream: StreamId): End {
  return { seq: 0, hash: NOTHING_BEFORE, lineage: lineage(tenant, stream) };
}

type Placed = {
  readonly row: KeptRow;
  readonly first: number;
  readonly position: number;
  readonly end: End;
};

function misplacement({ row, first, position, end }: Placed, shell: LogCheckShell): Wrong | null {
  const event = `${row.stream}.${row.fence + 1}`;
  if (first > position + 1)
    return {
      kind: "missing",
      position: position + 1,
      event: "",
      message: `The event at position ${position + 1} is not there, and later ones are.`,
    };
  if (first <= position || row.fence < end.seq) {
    const isBefore = row.fence < end.seq && first > position;
    return {
      kind: "inserted",
      position: first,
      event,
      message: isBefore
        ? `Event ${event} stands behind a later one of its stream, where it was there before.`
        : `Event ${event} stands at position ${first}, where another one is.`,
    };
  }
  if (row.fence === end.seq) return null;
  const lost = `${row.stream}.${end.seq + 1}`;
  return shell.isThere(row.stream, end.seq + 1)
    ? {
        kind: "reordered",
        position: first,
        event,
        message: `Event ${event} stands before ${lost}, which it was written after.`,
      }
    : {
        kind: "missing",
        position: first,
        event: lost,
        message: `Event ${lost} is not there, and ${event} was written after it.`,
      };
}

function wentBack(row: KeptRow, position: number, latest: number): Wrong {
  const by = Math.round((latest - row.at) / 1000);
  return {
    kind: "reordered",
    position,
    event: `${row.stream}.${row.fence + 1}`,
    message: `Event ${row.stream}.${row.fence + 1} says a time ${by} seconds before that of an event committed earlier: it was written elsewhere, or the clock went back.`,
  };
}

const NONE_SEALED: readonly Sealed[] = [];

type Reading = {
  readonly end: End;
  readonly shell: LogCheckShell;
  readonly wrong: Wrong[];
  /** The event before it is the one that it was written after. */
  readonly isFollowing: boolean;
};

function eventsOf(row: KeptRow, reading: Reading): readonly CheckedEvent[] {
  const { end, wrong } = reading;
  const packed = parsed(row);
  if (packed === null) {
    const first = row.position - row.count + 1;
    wrong.push(notWritten(row, first, row.fence + 1));
    end.seq = row.fence + row.count;
    end.hash = row.hash;
    return [];
  }
  const events: CheckedEvent[] = [];
  let { isFollowing } = reading;
  for (const [index, one] of packed.entries()) {
    const seq = row.fence + index + 1;
    const position = row.position - row.count + index + 1;
    const hash = (one[3] ?? row.hash) as Digest;
    const { text, actor, at } = headingOf(row, one[4]);
    const written = {
      heading: text,
      data: canonical(one[2]),
      step: JSON.stringify(one[1]),
      type: JSON.stringify(one[0]),
      sealed: one[4]?.["sealed"] === undefined ? "[]" : canonical(one[4]["sealed"]),
    };
    const link = { lineage: end.lineage, seq, prev: end.hash };
    if (isFollowing && seal(written, link, reading.shell.sha256) !== hash)
      wrong.push(notWritten(row, position, seq));
    isFollowing = true;
    end.seq = seq;
    end.hash = hash;
    events.push({
      stream: row.stream,
      seq,
      position,
      at,
      type: one[0],
      step: one[1],
      actor,
      data: one[2],
      sealed: (one[4]?.["sealed"] as readonly Sealed[] | undefined) ?? NONE_SEALED,
      hash,
    });
  }
  return events;
}

function notWritten(row: KeptRow, position: number, seq: number): Wrong {
  return {
    kind: "modified",
    position,
    event: `${row.stream}.${seq}`,
    message: `Event ${row.stream}.${seq} does not give the hash that was written with it: it, or the one before it, was changed.`,
  };
}

type PackedEvent = readonly [
  type: string,
  step: string,
  data: JsonObject,
  hash: string | null,
  other?: JsonObject,
];

/** Null where it is not of the form that is written. */
function parsed({ body, count }: KeptRow): readonly PackedEvent[] | null {
  try {
    const list = JSON.parse(body) as Json;
    return Array.isArray(list) && list.length === count && list.every(isPacked) ? list : null;
  } catch {
    return null;
  }
}

function isPacked(one: unknown): one is PackedEvent {
  if (!Array.isArray(one)) return false;
  const [type, step, data, hash, other] = one as readonly Json[];
  const isNamed = typeof type === "string" && typeof step === "string" && isObject(data);
  return (
    isNamed &&
    (hash === null || typeof hash === "string") &&
    (other === undefined || isObject(other))
  );
}

function headingOf(
  row: KeptRow,
  other: JsonObject | undefined,
): { readonly text: string; readonly actor: Actor; readonly at: number } {
  const colon = row.actor.indexOf(":");
  const kind = row.actor.slice(0, colon) as Actor["kind"];
  const own = other?.["actor"] as Actor | undefined;
  const actor = own ?? { kind, id: row.actor.slice(colon + 1) };
  const at = typeof other?.["at"] === "number" ? other["at"] : row.at;
  return { text: heading(actor, instantText(at), row.cause ?? ""), actor, at };
}

/** The times of a decision are mostly one. */
let recent = { at: Number.NaN, text: "" };

function instantText(at: number): string {
  if (recent.at !== at) recent = { at, text: instantOf(at) };
  return recent.text;
}
