import type { YAMLError } from "yaml";
import { ended, type Place, type Problem } from "../../problem.ts";

/** A fault of the YAML itself, with the mend that usually helps. */
export function syntaxProblem(fault: YAMLError, where: Place): Problem {
  return {
    code: "syntax",
    message: `This is not YAML: ${inWords(fault)}`,
    mend: MENDS[fault.code] ?? ANY_MEND,
    where,
  };
}

/**
 * The faults that say something: a parser that lost its way stumbles over everything after it, and
 * what it says of the same line again, or of tokens behind the first fault, is only that.
 */
export function ownFaults(
  faults: readonly YAMLError[],
  lineOf: (fault: YAMLError) => number,
): readonly YAMLError[] {
  return faults.filter((fault, index) => {
    if (index === 0) return true;
    if (fault.code === "UNEXPECTED_TOKEN") return false;
    return faults.slice(0, index).every((earlier) => lineOf(earlier) !== lineOf(fault));
  });
}

function inWords(fault: YAMLError): string {
  const token = /^Unexpected .* token in YAML stream: (.+)$/s.exec(fault.message)?.[1];
  if (token !== undefined) return `${token} cannot stand here.`;
  if (fault.code === "MULTIPLE_DOCS") return "A second document begins here.";
  return ended(fault.message.replace(/\s+/g, " ").trim());
}

const ANY_MEND =
  "Look at the indentation and at the brackets and quotes of this line and the one before.";

const QUOTE = `Put the text in quotes: a text with ": ", " #", [ ], { }, or beginning with @, \`, % or *, needs them.`;

const MENDS: { readonly [Code in YAMLError["code"]]?: string } = {
  TAB_AS_INDENT: "Indent with spaces; YAML takes no tabs.",
  BAD_INDENT: "Give keys of the same map the same indentation, with spaces.",
  MULTILINE_IMPLICIT_KEY: "A key needs its colon on the same line; look at the indentation.",
  BLOCK_AS_IMPLICIT_KEY: QUOTE,
  MISSING_CHAR: `Close the bracket or quote, or put a colon behind the key. ${QUOTE}`,
  BAD_SCALAR_START: QUOTE,
  UNEXPECTED_TOKEN: QUOTE,
  BLOCK_IN_FLOW: "Inside [ ] and { } write everything on the same level, without dashes.",
  MULTIPLE_DOCS: "One file holds one definition: take out the --- line.",
  NON_STRING_KEY: "A key is a plain text.",
  TAG_RESOLVE_FAILED: "Take out the tag (the word that begins with !).",
  BAD_DQ_ESCAPE: `Write \\\\ for a backslash inside "…", or use '…'.`,
  BAD_ALIAS: "An alias *name needs an anchor &name before it.",
};
