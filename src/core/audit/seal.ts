import type { Digest, StreamId } from "../id.ts";
import type { Actor } from "./envelope.ts";

/** SHA-256 over a text's UTF-8 bytes, as 64 hexadecimal digits. */
export type Sha256 = (text: string) => string;

/** An event's fields as canonical JSON text; events of one append share their heading. */
export type Written = {
  readonly heading: string;
  readonly data: string;
  readonly step: string;
  readonly type: string;
  /** The list of what is sealed of it, as canonical text: mostly `[]`. */
  readonly sealed: string;
};

/** Where in its stream an event stands. */
export type Link = { readonly lineage: Lineage; readonly seq: number; readonly prev: Digest };

/** What all events of a stream have in common, as text. */
export type Lineage = { readonly before: string; readonly after: string };

/**
 * The hash of an event: over 0x00 and the canonical text of its envelope without `hash` and
 * `position`. The text is put together from pieces that are canonical already, in the order of the
 * envelope's names; `envelopeText` in verify.ts writes the same text another way.
 */
export function seal(event: Written, link: Link, sha256: Sha256): Digest {
  const line =
    event.heading +
    event.data +
    link.lineage.before +
    link.seq +
    '","prev":"' +
    link.prev +
    '","sealed":' +
    event.sealed +
    ',"seq":' +
    link.seq +
    ',"step":' +
    event.step +
    link.lineage.after +
    event.type +
    ',"v":1}';
  return `sha256:${sha256(line)}` as Digest;
}

/** The beginning of an event's text, with the byte before it. @param at ISO 8601, UTC, milliseconds */
export function heading(actor: Actor, at: string, cause: string): string {
  const { id, kind } = actor;
  return `\u0000{"actor":{"id":${JSON.stringify(id)},"kind":"${kind}"},"at":"${at}","cause":${JSON.stringify(cause)},"data":`;
}

export function lineage(tenant: string, stream: StreamId): Lineage {
  const name = JSON.stringify(stream);
  return {
    before: `,"id":${name.slice(0, -1)}.`,
    after: `,"stream":${name},"tenant":${JSON.stringify(tenant)},"type":`,
  };
}

/** What stands before the first event of a stream. */
export const NOTHING_BEFORE: Digest = `sha256:${"0".repeat(64)}` as Digest;
