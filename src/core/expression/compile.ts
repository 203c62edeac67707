import type { Json } from "../json.ts";
import { check, type Expected, meets } from "./checking/check.ts";
import type { Known } from "./checking/known.ts";
import { typed } from "./checking/typed.ts";
import type { Expression, Outcome, Scope } from "./expression.ts";
import { build } from "./reading/build.ts";
import type { Names } from "./reading/names.ts";
import { childrenOf, type Node, pathOf, readsOfNode } from "./reading/node.ts";
import { type ExpressionProblem, isProblem } from "./reading/problem.ts";
import { spell } from "./reading/spelling.ts";
import { parse } from "./reading/syntax.ts";
import { explaining, type Leaf, leavesIn } from "./reckoning/explain.ts";
import { lookup, type Path } from "./reckoning/path.ts";
import { reckoning } from "./reckoning/reckoning.ts";
import {
  fault,
  isFault,
  isMissing,
  kindOf,
  type Reckoned,
  said,
  shown,
  toJson,
} from "./reckoning/value.ts";

/**
 * Reads and checks an expression, once, when its file is loaded. Names are written with or without
 * `$`. The grammar is CEL's; the rules of names are in spelling.ts, of numbers in operators.ts, of
 * what is missing in reckoning.ts.
 *
 * @param text     as the author wrote it
 * @param expected what it must give; where that cannot be told before, it is a fault when it does not
 * @returns the expression, or the first thing wrong with it, in the order of the text; never throws
 */
export function compile(
  text: string,
  names: Names,
  expected: Expected = "any",
): Expression | ExpressionProblem {
  const checked = compileChecked(text, names, expected);
  return isProblem(checked) ? checked : checked.expression;
}

/** What is known of an expression besides: its parts, what it gives, and why it came out as it did. */
export type Checked = {
  readonly expression: Expression;
  readonly node: Node;
  readonly gives: Known;
  readonly leaves: (scope: Scope) => readonly Leaf[];
};

/** As `compile`. */
export function compileChecked(
  text: string,
  names: Names,
  expected: Expected = "any",
): Checked | ExpressionProblem {
  const spelled = spell(text, names);
  const parsed = parse(spelled.text, text);
  if (!("tree" in parsed)) return parsed;
  const { node: plain, problems } = build(parsed.tree, { names, text, spelled: spelled.names });
  const node = typed(plain, names);
  const unbuilt = firstOf(problems);
  if (unbuilt) return unbuilt;
  const { gives, problems: found } = check(node, { names, text, expected });
  const wrong = firstOf(found);
  if (wrong) return wrong;
  const expression = expressionOf(node, text, expected);
  return { expression, node, gives, leaves: leavesIn(node, text) };
}

function firstOf(problems: readonly ExpressionProblem[]): ExpressionProblem | undefined {
  return problems.toSorted((a, b) => a.offset - b.offset)[0];
}

function expressionOf(node: Node, text: string, expected: Expected): Expression {
  const path = pathOf(node);
  const evaluate = path ? looking(path, text, expected) : reckoned(node, text, expected);
  return { text, reads: readsOfNode(node), evaluate, explain: explaining(node, text) };
}

type Evaluate = Expression["evaluate"];

function looking(path: Path, text: string, expected: Expected): Evaluate {
  return (scope) => outcomeOf(needed(lookup(path, text, scope), expected), false);
}

function reckoned(node: Node, text: string, expected: Expected): Evaluate {
  const reckon = reckoning(node, text);
  const isTimed = hasTimes(node);
  return (scope) =>
    guarded(() => outcomeOf(needed(reckon({ scope, item: undefined }), expected), isTimed));
}

/** Two values nested ten thousand deep cannot be compared: the one way in which we run out of stack. */
function guarded(evaluate: () => Outcome): Outcome {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof RangeError)
      return { kind: "fault", message: "a value is nested too deep to be worked with" };
    throw error;
  }
}

function needed(result: Reckoned, expected: Expected): Reckoned {
  if (expected === "any" || isMissing(result) || isFault(result)) return result;
  return meets(kindOf(result), expected)
    ? result
    : fault(`${said(expected)} is needed, and this gives ${shown(result)}`);
}

function outcomeOf(result: Reckoned, isTimed: boolean): Outcome {
  if (isMissing(result)) return { kind: "undetermined", missing: result.names };
  if (isFault(result)) return { kind: "fault", message: result.message };
  return { kind: "value", value: isTimed ? toJson(result) : (result as Json) };
}

const MARKED = ["timestamp", "duration", "money", "total"];

/** Only these functions bring times and money in; without them the result is JSON as it is, and not copied. */
function hasTimes(node: Node): boolean {
  if (node.kind === "call" && MARKED.includes(node.name)) return true;
  return childrenOf(node).some(hasTimes);
}
