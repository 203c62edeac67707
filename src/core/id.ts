declare const kind: unique symbol;

/** A string that was parsed once, at the edge. Past the edge nobody checks it again. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** One line of the log with its own order. Here: a run (`wf_…`). */
export type StreamId = Id<"stream" | "run">;
export type RunId = Id<"run">;

/** `sha256:` and 64 hexadecimal digits: the name of a content. */
export type Digest = Id<"digest">;

const RUN = /^wf_[a-z0-9_]{4,60}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** @returns null where the text is no run id; run ids begin `wf_`, in lower case, at most 63 characters */
export function parseRunId(text: string): RunId | null {
  return RUN.test(text) ? (text as RunId) : null;
}

/** @returns null where the text is no digest */
export function parseDigest(text: string): Digest | null {
  return DIGEST.test(text) ? (text as Digest) : null;
}
