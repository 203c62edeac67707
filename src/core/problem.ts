/** Where in a file something stands; lines and columns count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

/**
 * What is wrong, where, and the mend: an expected failure, returned and never thrown.
 * `severity` is "warning" where the work can go on.
 */
export type Problem = {
  readonly code: ProblemCode;
  readonly message: string;
  readonly severity?: "error" | "warning";
  readonly where?: Place;
  /** What to do about it, as a sentence. */
  readonly mend?: string;
};

/** Every kind of failure a caller may compare. Compare the code, never the message. */
export type ProblemCode =
  // the definition
  | "syntax"
  | "unknown-key"
  | "missing-key"
  | "wrong-type"
  | "wrong-value"
  | "impossible-limit"
  | "duplicate"
  | "unknown-step"
  | "unknown-output"
  | "unknown-param"
  | "unknown-agent"
  | "unknown-person"
  | "unknown-type"
  | "unknown-workflow"
  | "broken-workflow"
  | "type-mismatch"
  | "cycle"
  | "later-step"
  | "bad-expression"
  | "advice"
  // a request to a run or to the company
  | "bad-input"
  | "not-found"
  | "conflict"
  | "not-allowed"
  | "already-ended"
  | "limit"
  | "unhealthy-agent"
  // the world
  | "disk-full"
  | "read-only"
  | "locked"
  | "gone"
  | "network-disk"
  | "corrupt"
  | "newer-version"
  | "no-folder"
  | "io"
  | "bug";

/** The only error class: what the world or a broken contract threw, with a code to compare. */
export class MusterError extends Error {
  readonly code: ProblemCode;
  readonly where: Place | undefined;
  readonly mend: string | undefined;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.message, cause === undefined ? undefined : { cause });
    this.name = "MusterError";
    this.code = problem.code;
    this.where = problem.where;
    this.mend = problem.mend;
  }
}

/** `file:line:column  message` and the mend on the next line, as the command line prints it. */
export function sentence(problem: Problem): string {
  const at = problem.where
    ? `${problem.where.file}:${problem.where.line}:${problem.where.column}  `
    : "";
  return at + problem.message + (problem.mend ? `\n  mend: ${problem.mend}` : "");
}

/** Ends with a full stop, as a sentence does: what is said of a value ends with it in one place and not in another. */
export function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
