import type { ProblemCode } from "../../problem.ts";
import { nearest } from "./nearest.ts";

/** What is wrong in an expression: `offset` and `length` count UTF-16 units of the text as it was given. */
export type ExpressionProblem = {
  readonly code: ProblemCode;
  readonly message: string;
  readonly mend?: string;
  readonly offset: number;
  readonly length: number;
};

/** Part of a text: what a problem points at. */
export type Range = { readonly start: number; readonly end: number };

/** The mend of what has none of its own. */
const OTHERWISE =
  "Write it another way; docs/guide/expressions.md says what an expression may hold.";

/** Of the names that a mend lists when nothing is near. */
const NAMES_SHOWN_MOST = 12;

export function problemAt(
  range: Range,
  what: { readonly code?: ProblemCode; readonly message: string; readonly mend?: string },
): ExpressionProblem {
  return {
    code: what.code ?? "bad-expression",
    message: what.message,
    mend: what.mend ?? OTHERWISE,
    offset: range.start,
    length: Math.max(0, range.end - range.start),
  };
}

/** Tells an `ExpressionProblem` from what should have been there. */
export function isProblem(result: object): result is ExpressionProblem {
  return "code" in result && "offset" in result;
}

/** "Did you mean …?", or the list of what there is. `what` is a plural: "Steps". */
export function suggestion(word: string, known: readonly string[], what: string): string {
  const near = nearest(word, known);
  if (near !== null) return `Did you mean "${near}"?`;
  if (known.length === 0) return `There are no ${what.toLowerCase()} here.`;
  const shown = known.slice(0, NAMES_SHOWN_MOST).join(", ");
  return `${what} here: ${shown}${known.length > NAMES_SHOWN_MOST ? ", …" : ""}.`;
}
