import { hash as digestOf } from "node:crypto";
import {
  type Actor,
  canonical,
  type Envelope,
  heading,
  type Lineage,
  lineage,
  NOTHING_BEFORE,
  type Sealed,
  seal,
} from "../../../core/audit/index.ts";
import type { Digest, StreamId, SubjectId } from "../../../core/id.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { MusterError } from "../../../core/problem.ts";
import type { Keyring } from "../../sealing/index.ts";
import type { Append, Draft } from "../log.ts";
import { openEvent, sealData } from "./sealed.ts";

/**
 * What is kept of one append: a decision's events in one row. A row for each event would be one more
 * insert and one more index entry each on the engine's hottest path; and what a decision's events
 * have in common is written once. Envelopes are made again when they are read.
 */
export type Decision = Inscribed & {
  /** Of its last event; the others stand before it without a gap. */
  readonly position: number;
  readonly stream: StreamId;
  /** The seq it was decided after. */
  readonly fence: number;
  readonly count: number;
  readonly cause: string | null;
};

/** What the events of an append are as text. `at` and `actor` are the first event's. */
export type Inscribed = {
  readonly at: number;
  /** `kind:id` */
  readonly actor: string;
  /** Of its last event. */
  readonly hash: Digest;
  /** JSON: a list of `Packed`. */
  readonly body: string;
};

/** `hash` is null for the last event, whose hash is the row's; `other` is there where it differs from the row's, or is sealed. */
type Packed = readonly [
  type: string,
  step: string,
  data: JsonObject,
  hash: Digest | null,
  other?: { readonly at?: number; readonly actor?: Actor; readonly sealed?: readonly Sealed[] },
];

/** An append whose events' data may be canonical text already. */
export type Inked = Omit<Append, "events"> & {
  readonly events: readonly (Omit<Draft, "data"> & { readonly data: JsonObject | string })[];
};
type InkedDraft = Inked["events"][number];

/** The end of a stream, as its next event needs it; it moves on with each append. */
export type Thread = {
  seq: number;
  hash: Digest;
  readonly lineage: Lineage;
  /** Whose contents it holds; null: nobody's, and nothing is sealed. */
  readonly subject: SubjectId | null;
};

export function newThread(
  tenant: string,
  stream: StreamId,
  subject: SubjectId | null = null,
): Thread {
  return { seq: 0, hash: NOTHING_BEFORE, lineage: lineage(tenant, stream), subject };
}

/** As the chain and `verifyStream` want it: 64 hexadecimal digits over the text's UTF-8 bytes. */
export const sha256 = (text: string): string => digestOf("sha256", text, "hex");

/**
 * Gives an append's events their chain and their text, and moves the thread on.
 * @param append with at least one event
 * @throws MusterError "bug" where the drafts do not follow the fence one by one
 */
export function inscribe(append: Inked, thread: Thread, keys: Keyring): Inscribed {
  const { events } = append;
  const first = events[0] as InkedDraft;
  const cause = append.cause ?? "";
  const { lineage, subject } = thread;
  let { seq, hash } = thread;
  let body = "[";
  for (const draft of events) {
    seq += 1;
    if (draft.seq !== seq) throw outOfOrder(append, draft);
    let data: string;
    let sealed = "";
    if (subject !== null) ({ data, sealed } = sealedOf(draft, append.stream, { subject, keys }));
    else data = typeof draft.data === "string" ? draft.data : canonical(draft.data);
    const step = JSON.stringify(draft.step);
    const type = JSON.stringify(draft.type);
    const head = headingOf(draft, cause);
    const written = { heading: head, data, step, type, sealed: sealed || "[]" };
    hash = seal(written, { lineage, seq, prev: hash }, sha256);
    const isLast = seq - append.after === events.length;
    body += `[${type},${step},${data},${isLast ? "null" : `"${hash}"`}${difference(draft, first, sealed)}]${isLast ? "]" : ","}`;
  }
  thread.seq = seq;
  thread.hash = hash;
  return { at: first.at, actor: actorText(first.actor), hash, body };
}

/** Where nothing of it is a content, `sealed` is empty. */
function sealedOf(
  draft: InkedDraft,
  stream: StreamId,
  { subject, keys }: { readonly subject: SubjectId; readonly keys: Keyring },
): { readonly data: string; readonly sealed: string } {
  const place = { id: `${stream}.${draft.seq}`, type: draft.type, subject };
  const { data, sealed } = sealData(draft.data, place, keys);
  return { data, sealed: sealed.length === 0 ? "" : canonical(sealed as readonly Json[]) };
}

/**
 * The envelopes of a row, with what is sealed opened.
 * @param prev the hash of the event before the row's first
 * @throws MusterError "corrupt" where the row's text is not what was written
 */
export function unpack(
  row: Decision,
  { tenant, keys }: { readonly tenant: string; readonly keys: Keyring },
  prev: Digest,
): Envelope[] {
  const actor = parseActor(row.actor);
  const at = new Date(row.at).toISOString();
  const envelopes: Envelope[] = [];
  let before = prev;
  for (const [type, step, data, hash, other] of parseBody(row)) {
    const seq = row.fence + envelopes.length + 1;
    const own = hash ?? row.hash;
    const envelope: Envelope = {
      v: 1,
      id: `${row.stream}.${seq}`,
      tenant,
      stream: row.stream,
      seq,
      position: row.position - row.count + envelopes.length + 1,
      at: other?.at === undefined ? at : new Date(other.at).toISOString(),
      type,
      step,
      actor: other?.actor ?? actor,
      cause: row.cause ?? "",
      data,
      sealed: other?.sealed ?? [],
      prev: before,
      hash: own,
    };
    envelopes.push(envelope.sealed.length === 0 ? envelope : openEvent(envelope, keys));
    before = own;
  }
  return envelopes;
}

function parseBody(row: Decision): readonly Packed[] {
  try {
    const packed = JSON.parse(row.body) as readonly Packed[];
    if (packed.length === row.count) return packed;
  } catch {
    // The text is no JSON: the same fault as a wrong count.
  }
  throw new MusterError({
    code: "corrupt",
    message: `The log's row at position ${row.position} (${row.stream}, after ${row.fence}) is damaged.`,
    mend: "Restore the folder .muster from a copy made before the damage.",
  });
}

/** Headings of this millisecond, by actor and cause: the events of a turn share a few. */
let recent = { at: Number.NaN, iso: "", texts: new Map<string, string>() };

function headingOf({ actor, at }: InkedDraft, cause: string): string {
  if (recent.at !== at) recent = { at, iso: new Date(at).toISOString(), texts: new Map() };
  if (cause !== "") return heading(actor, recent.iso, cause);
  const name = actorText(actor);
  const known = recent.texts.get(name);
  if (known !== undefined) return known;
  const text = heading(actor, recent.iso, cause);
  recent.texts.set(name, text);
  return text;
}

function difference(draft: InkedDraft, first: InkedDraft, sealed: string): string {
  const { at, actor } = draft;
  const isSame = at === first.at && actor.id === first.actor.id && actor.kind === first.actor.kind;
  if (isSame) return sealed === "" ? "" : `,{"sealed":${sealed}}`;
  const other = JSON.stringify({ at, actor: { kind: actor.kind, id: actor.id } });
  return sealed === "" ? `,${other}` : `,${other.slice(0, -1)},"sealed":${sealed}}`;
}

function actorText(actor: Actor): string {
  return `${actor.kind}:${actor.id}`;
}

function parseActor(text: string): Actor {
  const colon = text.indexOf(":");
  return { kind: text.slice(0, colon) as Actor["kind"], id: text.slice(colon + 1) };
}

export function outOfOrder(append: Inked, draft: InkedDraft): MusterError {
  return new MusterError({
    code: "bug",
    message: `An event of ${append.stream} has seq ${draft.seq}; the events of an append after ${append.after} follow one another from ${append.after + 1}.`,
    mend: "This is a fault of Muster itself: please report it with this sentence.",
  });
}
