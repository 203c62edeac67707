import type { Digest } from "../id.ts";
import { canonical } from "./canonical.ts";
import { closedOf } from "./content.ts";
import type { Envelope } from "./envelope.ts";
import { NOTHING_BEFORE, type Sha256 } from "./seal.ts";

/** `seq` is the first that is wrong; whoever holds the end of a stream elsewhere can also tell a cut one. */
export type Verdict =
  | { readonly ok: true; readonly end: StreamEnd }
  | {
      readonly ok: false;
      readonly seq: number;
      readonly kind: Tampering;
      readonly message: string;
    };

/**
 * modified: an event is not what was written; missing: one is not there; inserted: one is there that
 * was not written; reordered: all are there, in another order; truncated: the last ones are not
 * there; rewritten: another history, whole in itself.
 */
type Tampering = "modified" | "missing" | "inserted" | "reordered" | "truncated" | "rewritten";

/** The last event of a stream, as noted outside the store. */
export type StreamEnd = { readonly seq: number; readonly hash: Digest };

/**
 * Whether the events of one stream are what was written, from the first. Without `end` a stream that
 * was cut at its end, or replaced as a whole, verifies: only a note kept elsewhere tells.
 *
 * @param events all of the stream's, in the order they are stored
 */
export function verifyStream(
  events: Iterable<Envelope>,
  sha256: Sha256,
  end: StreamEnd | null = null,
): Verdict {
  let seq = 0;
  let hash = NOTHING_BEFORE;
  let stream: string | null = null;
  const rest = events[Symbol.iterator]();
  for (let next = rest.next(); !next.done; next = rest.next()) {
    const event = next.value;
    stream ??= event.stream;
    if (event.stream !== stream) return bad(seq + 1, "inserted", `is of stream ${event.stream}`);
    if (event.seq > seq + 1) return gap(seq + 1, rest);
    if (event.seq <= seq) return bad(event.seq, "inserted", "is there more than once");
    if (hashOf(event, sha256) !== event.hash)
      return bad(event.seq, "modified", "does not give the hash that was written with it");
    if (event.prev !== hash) return unlinked(event.seq);
    seq = event.seq;
    hash = event.hash;
    if (end?.seq === seq && end.hash !== hash)
      return bad(seq, "rewritten", `has another hash than was noted elsewhere`);
  }
  if (end !== null && seq < end.seq)
    return bad(seq + 1, "truncated", `is not there, and the stream once reached ${end.seq}`);
  return { ok: true, end: { seq, hash } };
}

/** The text under an event's hash, after the byte 0x00: with what is sealed as it is sealed, opened or not. */
export function envelopeText(event: Envelope): string {
  const { hash: _hash, position: _position, ...rest } = closedOf(event);
  return canonical(rest);
}

function hashOf(event: Envelope, sha256: Sha256): string {
  return `sha256:${sha256(`\u0000${envelopeText(event)}`)}`;
}

function gap(seq: number, rest: Iterator<Envelope>): Verdict {
  for (let next = rest.next(); !next.done; next = rest.next()) {
    if (next.value.seq === seq) return bad(seq, "reordered", "stands after a later one");
  }
  return bad(seq, "missing", "is not there, and later ones are");
}

/** The event's own hash holds, so it is the one before that was changed together with its hash. */
function unlinked(seq: number): Verdict {
  return seq === 1
    ? bad(1, "modified", "is the first and names an event before it")
    : bad(seq - 1, "modified", `is not the one that event ${seq} was written after`);
}

function bad(seq: number, kind: Tampering, what: string): Verdict {
  return { ok: false, seq, kind, message: `Event ${seq} ${what}: ${kind}.` };
}
