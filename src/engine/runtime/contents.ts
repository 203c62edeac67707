import { hash } from "node:crypto";
import { type Digest, parseDigest, type SubjectId } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import { type Answer, INLINE_BYTES_MOST, type Stored } from "../../core/machine/index.ts";
import { MusterError } from "../../core/problem.ts";
import type { Keyring } from "../sealing/index.ts";
import type { Log } from "../store/index.ts";

/** Values too large for an event, by the digest of their text. Those read of late stay in memory. */
export type Contents = {
  /** Throws `MusterError` when there is no such content. */
  readonly read: (digest: Digest) => Json;
  /** How a value stands in an event, and the content that must be stored with it, if any. */
  readonly store: (
    value: Json,
    digest?: (text: string) => Digest,
  ) => { readonly stored: Stored; readonly content: Content | null };
  /** A content that is not on disk yet can be read until it is let go as often as it was held. */
  readonly hold: (content: Content) => void;
  readonly letGo: (digest: Digest) => void;
  /** What was read before is read anew. */
  readonly forget: () => void;
};

/** A digest and its JSON text. */
export type Content = readonly [Digest, string];

/** Of JSON text behind the values kept in memory. */
const CACHE_BYTES_MOST = 64 * 1024 * 1024;
/** The longest a character of a text can become in JSON: a control character as `\u0000`. */
const CHARACTER_BYTES_MOST = 6;

export function openContents(log: Pick<Log, "content">): Contents {
  const held = new Map<Digest, { readonly text: string; users: number }>();
  const cached = new Map<Digest, { readonly value: Json; readonly bytes: number }>();
  let cachedBytes = 0;

  const cache = (digest: Digest, text: string): Json => {
    const value = JSON.parse(text) as Json;
    cached.set(digest, { value, bytes: text.length });
    cachedBytes += text.length;
    for (const [oldest, { bytes }] of cached) {
      if (cachedBytes <= CACHE_BYTES_MOST || cached.size === 1) break;
      cached.delete(oldest);
      cachedBytes -= bytes;
    }
    return value;
  };

  return {
    read: (digest) => {
      const known = cached.get(digest);
      if (known === undefined) {
        const text = held.get(digest)?.text ?? log.content(digest);
        if (text === null) throw missing(digest);
        return cache(digest, text);
      }
      cached.delete(digest);
      cached.set(digest, known);
      return known.value;
    },
    store,
    hold: ([digest, text]) => {
      const known = held.get(digest);
      if (known === undefined) held.set(digest, { text, users: 1 });
      else known.users += 1;
    },
    forget: () => {
      cached.clear();
      cachedBytes = 0;
    },
    letGo: (digest) => {
      const known = held.get(digest);
      if (known === undefined) return;
      known.users -= 1;
      if (known.users === 0) held.delete(digest);
    },
  };
}

const store: Contents["store"] = (value, digest = digestOf) => {
  if (sizeMost(value, INLINE_BYTES_MOST) <= INLINE_BYTES_MOST)
    return { stored: { value }, content: null };
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= INLINE_BYTES_MOST) return { stored: { value }, content: null };
  const name = digest(text);
  return { stored: { digest: name, bytes }, content: [name, text] };
};

/** SHA-256 of a text, as `sha256:…`. */
export function digestOf(text: string): Digest {
  const digest = parseDigest(`sha256:${hash("sha256", text)}`);
  if (digest === null) throw new Error("SHA-256 gave no digest");
  return digest;
}

/** An answer as it is told to its run: a large output by its name, the content beside it. */
export function storedAnswer(
  outcome: Answer,
  contents: Contents,
  digest: (text: string) => Digest,
): { readonly kept: Answer; readonly content: Content | null } {
  if (outcome.kind !== "ok" || !("value" in outcome.output))
    return { kept: outcome, content: null };
  const { stored: output, content } = contents.store(outcome.output.value, digest);
  return { kept: content === null ? outcome : { ...outcome, output }, content };
}

/** How the contents of a run are named: those of a subject so that nobody can guess at them. */
export function digestFor(keys: Keyring, subject: SubjectId | null): (text: string) => Digest {
  return subject === null ? digestOf : (text) => keys.digest(subject, text);
}

/** Bytes of its JSON at most; stops counting above `most`, because then nobody asks how much more. */
function sizeMost(value: Json, most: number): number {
  if (typeof value === "string") return value.length * CHARACTER_BYTES_MOST + 2;
  if (typeof value === "number") return 24;
  if (typeof value !== "object" || value === null) return 5;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      size += sizeMost(item, most) + 1;
      if (size > most) return size;
    }
    return size;
  }
  const fields = value as { readonly [key: string]: Json };
  for (const key in fields) {
    size += key.length * CHARACTER_BYTES_MOST + 4 + sizeMost(fields[key] ?? null, most);
    if (size > most) return size;
  }
  return size;
}

export function missing(digest: Digest): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The content ${digest} is named in the log and is not in the store.`,
    mend: "Restore the folder .muster from a backup; the log cannot be read without it.",
  });
}
