declare const kind: unique symbol;

/** A string that was parsed once, at the edge. Past the edge nobody checks it again. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** One line of the log with its own order: a run (`wf_…`), a case (`cs_…`), the company's own. */
export type StreamId = Id<"stream" | "run" | "case">;
export type RunId = Id<"run">;
/** A stream of its own: all that belongs to one piece of work, from its first request on. */
export type CaseId = Id<"case">;

/** `sha256:` and 64 hexadecimal digits: the name of a content. */
export type Digest = Id<"digest">;

/** `subj_` and 32 hexadecimal digits: a person whose data are sealed, under a name that says nothing of them. */
export type SubjectId = Id<"subject">;

const RUN = /^wf_[a-z0-9_]{4,60}$/;
const CASE = /^cs_[a-z0-9_]{4,60}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const SUBJECT = /^subj_[0-9a-f]{32}$/;

/** @returns null where the text is no run id; run ids begin `wf_`, in lower case, at most 63 characters */
export function parseRunId(text: string): RunId | null {
  return RUN.test(text) ? (text as RunId) : null;
}

/** @returns null where the text is no case id; case ids begin `cs_`, in lower case, at most 63 characters */
export function parseCaseId(text: string): CaseId | null {
  return CASE.test(text) ? (text as CaseId) : null;
}

/** @returns null where the text is no digest */
export function parseDigest(text: string): Digest | null {
  return DIGEST.test(text) ? (text as Digest) : null;
}

/** @returns null where the text is no subject's id */
export function parseSubjectId(text: string): SubjectId | null {
  return SUBJECT.test(text) ? (text as SubjectId) : null;
}
