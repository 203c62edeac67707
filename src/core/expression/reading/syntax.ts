import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import { diagnose } from "./diagnosis.ts";
import { type ExpressionProblem, problemAt } from "./problem.ts";

const EXPRESSION_CHARACTERS_MOST = 4_000;
const EXPRESSION_PARTS_MOST = 500;
const EXPRESSION_DEPTH_MOST = 40;
const LITERAL_ITEMS_MOST = 200;
const ARGUMENTS_MOST = 16;

/** CEL's grammar is the engine's; what the parts mean is ours (see reckoning.ts). */
const ENGINE = new Environment({
  unlistedVariablesAreDyn: true,
  limits: {
    maxAstNodes: EXPRESSION_PARTS_MOST,
    maxDepth: EXPRESSION_DEPTH_MOST,
    maxListElements: LITERAL_ITEMS_MOST,
    maxMapEntries: LITERAL_ITEMS_MOST,
    maxCallArguments: ARGUMENTS_MOST,
  },
});

export type Tree = ASTNode;

/**
 * Reads the grammar.
 *
 * @param spelled what the engine is given: as long as `text`
 * @param text    as the author wrote it, for the message
 * @returns the engine's tree, or what is wrong; never throws
 */
export function parse(spelled: string, text: string): { tree: Tree } | ExpressionProblem {
  const everything = { start: 0, end: text.length };
  if (text.trim() === "")
    return problemAt(everything, {
      message: "There is no expression here.",
      mend: "Write one, such as params.size > 5.",
    });
  if (text.length > EXPRESSION_CHARACTERS_MOST)
    return problemAt(everything, {
      message: `The expression has ${text.length} characters; at most ${EXPRESSION_CHARACTERS_MOST} are read.`,
      mend: "Let a step work it out and give the result as an output.",
    });
  try {
    return { tree: ENGINE.parse(spelled).ast };
  } catch (error) {
    if (!(error instanceof ParseError)) return tooDeep(everything);
    if (error.code === "limit_exceeded") return tooDeep(error.range ?? everything);
    return diagnose(spelled, { text, range: error.range ?? everything, summary: error.summary });
  }
}

function tooDeep(range: { readonly start: number; readonly end: number }): ExpressionProblem {
  return problemAt(range, {
    message: `The expression is too long or too deep: at most ${EXPRESSION_PARTS_MOST} parts, ${EXPRESSION_DEPTH_MOST} levels, ${LITERAL_ITEMS_MOST} items in a list, ${ARGUMENTS_MOST} arguments.`,
    mend: "Let a step work it out and give the result as an output.",
  });
}
