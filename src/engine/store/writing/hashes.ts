import type { Digest } from "../../../core/id.ts";

/** As much of a row of the log as its events' hashes need. */
export type HashedRow = {
  readonly position: number;
  readonly count: number;
  /** Of its last event; the others' stand in the body. */
  readonly hash: Digest;
  readonly body: string;
};

/** How an event but the last of a row goes on behind its data: `},"sha256:…"` and then `]` or `,`. */
const BEHIND = '},"sha256:';
const HEX = 64;

/**
 * The hashes of a row's events, in order. Mostly they are found without reading the JSON around them:
 * where a data's own text looks the same, there are more than there can be, and the JSON is read.
 *
 * @throws what JSON.parse throws, where the text was damaged
 */
export function hashesIn({ count, hash, body }: Omit<HashedRow, "position">): readonly Digest[] {
  if (count === 1) return [hash];
  const found: Digest[] = [];
  for (let at = body.indexOf(BEHIND); at >= 0; at = body.indexOf(BEHIND, at + BEHIND.length)) {
    const end = at + BEHIND.length + HEX;
    if (body[end] === '"') found.push(body.slice(at + 3, end) as Digest);
  }
  if (found.length === count - 1) return [...found, hash];
  const packed = JSON.parse(body) as readonly (readonly unknown[])[];
  return packed.map(([, , , own]) => (own ?? hash) as Digest);
}

/** 32 bytes. */
export function bytesOf(digest: Digest): Uint8Array {
  return Buffer.from(digest.slice("sha256:".length), "hex");
}
