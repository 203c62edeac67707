import type { ProblemCode } from "../../problem.ts";
import { formsOf } from "../functions/functions.ts";
import { isRoot, type Names, rootsIn, schemaOfRoot, stepNamed, whereRootStands } from "./names.ts";
import { MACROS, type Macro, type Node } from "./node.ts";
import { type ExpressionProblem, problemAt, type Range, suggestion } from "./problem.ts";
import type { Tree } from "./syntax.ts";

/** One comprehension may not stand in another: the cost is then the length of one list. */
const COMPREHENSIONS_DEEP_MOST = 1;

export type Built = { readonly node: Node; readonly problems: readonly ExpressionProblem[] };

/**
 * Makes the engine's tree ours: resolves every name, and refuses what CEL has and we do not.
 *
 * @param spelled the real names, by offset (see spelling.ts)
 */
export function build(tree: Tree, given: Pick<Building, "names" | "spelled" | "text">): Built {
  const problems: ExpressionProblem[] = [];
  const report: Building["report"] = (range, message, mend) => {
    const more = typeof mend === "string" ? { mend } : mend;
    problems.push(problemAt(range, { message, ...more }));
    return { start: range.start, end: range.end, kind: "literal", value: null };
  };
  const node = made(tree, { ...given, variables: [], report });
  return { node, problems };
}

type Building = {
  /** As the author wrote it. */
  readonly text: string;
  readonly names: Names;
  readonly spelled: ReadonlyMap<number, string>;
  /** The variables of the comprehensions around, the innermost last. */
  readonly variables: readonly string[];
  /** @returns a node that stands in for what could not be made */
  readonly report: (
    range: Range,
    message: string,
    mend: string | { readonly mend: string; readonly code: ProblemCode },
  ) => Node;
};

// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of node
function made(tree: Tree, the: Building): Node {
  const range = { start: tree.start, end: tree.end };
  switch (tree.op) {
    case "value":
      return literal(tree.args, range, the);
    case "id":
      return named(nameAt(tree.start, tree.args, the), { ...range, isParent: false }, the);
    case ".":
      return field(tree.args, { ...range, at: tree.pos }, the);
    case "[]":
      return indexed(tree.args, range, the);
    case "list":
      return { ...range, kind: "list", items: tree.args.map((item) => made(item, the)) };
    case "map":
      return { ...range, kind: "object", entries: tree.args.map((entry) => pair(entry, the)) };
    case "!_":
      return { ...range, kind: "not", of: made(tree.args, the) };
    case "-_":
      return { ...range, kind: "negative", of: made(tree.args, the) };
    case "&&":
    case "||": {
      const [left, right] = pair(tree.args, the);
      return { ...range, kind: tree.op === "&&" ? "and" : "or", left, right };
    }
    case "?:":
      return choice(tree.args, range, the);
    case "call":
      return call(tree.args[0], { ...range, receiver: null, args: tree.args[1] }, the);
    case "rcall":
      return call(tree.args[0], { ...range, receiver: tree.args[1], args: tree.args[2] }, the);
    case ".?":
    case "[?]":
      return the.report(range, "A ? before a field is not used here.", "Write default(a.b, 0).");
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%": {
      const [left, right] = pair(tree.args, the);
      return { ...range, kind: "binary", operator: tree.op, left, right };
    }
  }
}

function pair([left, right]: readonly [Tree, Tree], the: Building): readonly [Node, Node] {
  return [made(left, the), made(right, the)];
}

function choice(
  [condition, chosen, otherwise]: readonly [Tree, Tree, Tree],
  range: Range,
  the: Building,
): Node {
  return {
    ...range,
    kind: "choice",
    condition: made(condition, the),
    chosen: made(chosen, the),
    otherwise: made(otherwise, the),
  };
}

function literal(value: unknown, range: Range, the: Building): Node {
  if (value instanceof Uint8Array)
    return the.report(range, "Bytes are not used here.", 'Write a text: "…".');
  if (value === null || typeof value === "string" || typeof value === "boolean")
    return { ...range, kind: "literal", value };
  // A whole number, signed or (`1u`) not; or one with a fraction, which is not checked.
  const number = Number(value);
  return typeof value === "number" || Number.isSafeInteger(number)
    ? { ...range, kind: "literal", value: number }
    : the.report(
        range,
        `${number} is beyond the whole numbers that are exact (2^53 - 1).`,
        "Write it as a text, in quotes.",
      );
}

/** A name, as the author wrote it. */
function nameAt(start: number, word: string, the: Building): string {
  return the.spelled.get(start) ?? word;
}

type Place = Range & { readonly isParent: boolean };

function named(word: string, place: Place, the: Building): Node {
  const range = { start: place.start, end: place.end };
  if (the.variables.includes(word)) return { ...range, kind: "variable", name: word };
  if (word === "steps")
    return the.report(range, "steps is no value of its own.", "Name a step: steps.load.rows.");
  if (schemaOfRoot(the.names, word) !== null) return { ...range, kind: "root", root: word };
  const id = stepNamed(the.names, word);
  if (id !== null) return { ...range, kind: "step", id };
  if (isRoot(word) && !the.names.facts) return notInScope(word, range, the);
  return unknown(word, place, the);
}

function notInScope(word: string, range: Range, the: Building): Node {
  const code = word === "params" ? "unknown-param" : "bad-expression";
  const roots = rootsIn(the.names).join(", ");
  const message = `${word} has no meaning here.`;
  const mend = `It stands ${whereRootStands(word)}. Here: ${roots}.`;
  return the.report(range, message, { mend, code });
}

/** A word with a `$` before it or a field after it, or like `step7`, was meant to be a step. */
function unknown(word: string, { isParent, ...range }: Place, the: Building): Node {
  if (the.names.facts) return noFact(word, range, the);
  const steps = Object.keys(the.names.steps ?? {});
  const spelled = steps.map((id) => (/^\d+$/.test(id) ? `step${id}` : id));
  const near = suggestion(word, [...spelled, ...rootsIn(the.names)], "Names");
  const isStep = isParent || the.text[range.start - 1] === "$" || /^step\d+$/.test(word);
  const isWord = !isStep && !near.startsWith("Did");
  const mend = isWord ? `A text stands in quotes: "${word}". ${near}` : near;
  return the.report(range, `"${word}" is no step and no other name here.`, {
    mend,
    code: isStep ? "unknown-step" : "bad-expression",
  });
}

function noFact(word: string, range: Range, the: Building): Node {
  const known = rootsIn(the.names);
  const near = suggestion(word, known, "Names");
  const mend = near.startsWith("Did") ? near : `A text stands in quotes: "${word}". ${near}`;
  return the.report(range, `"${word}" is no name here.`, mend);
}

function field(
  [of, word]: readonly [Tree, string],
  { at, ...range }: Range & { readonly at: number },
  the: Building,
): Node {
  const name = nameAt(at, word, the);
  if (isSteps(of, the)) return stepOf(name, { range, at: { start: at, end: range.end } }, the);
  const parent = { start: of.start, end: of.end, isParent: true };
  const object =
    of.op === "id" ? named(nameAt(of.start, of.args, the), parent, the) : made(of, the);
  return { ...range, kind: "field", of: object, name, at: { start: at, end: range.end } };
}

function indexed([of, index]: readonly [Tree, Tree], range: Range, the: Building): Node {
  if (!isSteps(of, the))
    return { ...range, kind: "index", of: made(of, the), index: made(index, the) };
  const at = { start: index.start, end: index.end };
  if (index.op === "value" && ["string", "number", "bigint"].includes(typeof index.args))
    return stepOf(String(index.args), { range, at }, the);
  return the.report(at, "A step is named, not computed.", 'Write steps["load"].');
}

function isSteps(tree: Tree, the: Building): boolean {
  return tree.op === "id" && tree.args === "steps" && !the.variables.includes("steps");
}

function stepOf(
  word: string,
  { range, at }: { readonly range: Range; readonly at: Range },
  the: Building,
): Node {
  const id = stepNamed(the.names, word);
  if (id !== null) return { ...range, kind: "step", id };
  const mend = suggestion(word, Object.keys(the.names.steps ?? {}), "Steps");
  return the.report(at, `There is no step "${word}".`, { mend, code: "unknown-step" });
}

type Called = Range & { readonly receiver: Tree | null; readonly args: readonly Tree[] };

function call(name: string, called: Called, the: Building): Node {
  const { receiver, args } = called;
  const range = { start: called.start, end: called.end };
  const macro = MACROS.find((known) => known === name);
  if (macro && receiver) return comprehension(macro, { ...called, receiver }, the);
  if (name === "has" && !receiver) return has(args, range, the);
  if (name === "default" && !receiver) return fallback(args, range, the);
  if (name === "matches")
    return the.report(
      range,
      "matches is not used: some patterns take it forever.",
      'Write like(text, "pattern").',
    );
  const own = receiver && isMath(receiver, the) ? null : receiver;
  if (formsOf(name, own !== null).length === 0) return noSuch(name, own !== null, { range, the });
  if (own !== receiver)
    return the.report(range, `There is no math.${name} here.`, `Write ${name}(…).`);
  const nodes = [...(receiver ? [receiver] : []), ...args].map((arg) => made(arg, the));
  return { ...range, kind: "call", name, method: receiver !== null, args: nodes };
}

function isMath(receiver: Tree, the: Building): boolean {
  return receiver.op === "id" && receiver.args === "math" && stepNamed(the.names, "math") === null;
}

function noSuch(
  name: string,
  isMethod: boolean,
  { range, the }: { readonly range: Range; readonly the: Building },
): Node {
  const message = `There is no function ${isMethod ? "." : ""}${name}.`;
  if (/^(?:now|today|random|uuid)$/i.test(name))
    return the.report(
      range,
      message,
      "An expression has no clock and no chance: take the time from an event, a parameter or an output.",
    );
  if (formsOf(name, !isMethod).length > 0)
    return the.report(range, message, isMethod ? `Write ${name}(…).` : `Write value.${name}(…).`);
  const instead = ELSEWHERE[name];
  if (instead !== undefined) return the.report(range, message, `Write ${instead}.`);
  return the.report(range, message, suggestion(name, namesOf(isMethod), "Functions"));
}

/** What other languages call it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  toLowerCase: "text.lowerAscii()",
  lower: "text.lowerAscii()",
  toUpperCase: "text.upperAscii()",
  upper: "text.upperAscii()",
  includes: "text.contains(part), or item in list",
  len: "size(list)",
  length: "size(list)",
  count: "size(list)",
  some: "list.exists(x, …)",
  any: "list.exists(x, …)",
  every: "list.all(x, …)",
  number: "double(text)",
  coalesce: "default(value, fallback)",
};

function namesOf(isMethod: boolean): readonly string[] {
  const plain =
    "size has default like string int double bool abs floor ceil round min max sum timestamp duration money";
  const methods =
    "size all exists exists_one map filter contains startsWith endsWith like trim lowerAscii upperAscii split join replace substring indexOf";
  return (isMethod ? methods : plain).split(" ");
}

function has(args: readonly Tree[], range: Range, the: Building): Node {
  const [of] = args;
  const isPath = of !== undefined && ["id", ".", "[]"].includes(of.op);
  return of !== undefined && args.length === 1 && isPath
    ? { ...range, kind: "has", of: made(of, the) }
    : the.report(range, "has takes one name.", "Write has(params.size).");
}

function fallback(args: readonly Tree[], range: Range, the: Building): Node {
  const [of, otherwise] = args;
  return of !== undefined && otherwise !== undefined && args.length === 2
    ? { ...range, kind: "default", of: made(of, the), otherwise: made(otherwise, the) }
    : the.report(range, "default takes two values.", "Write default(params.size, 10).");
}

function comprehension(
  macro: Macro,
  called: Called & { readonly receiver: Tree },
  the: Building,
): Node {
  const { receiver, args } = called;
  const range = { start: called.start, end: called.end };
  const [variable, ...bodies] = args;
  const takes = macro === "map" ? [1, 2] : [1];
  if (variable?.op !== "id" || !takes.includes(bodies.length))
    return the.report(
      range,
      `${macro} takes a name and a condition.`,
      `Write list.${macro}(x, …).`,
    );
  if (the.variables.length >= COMPREHENSIONS_DEEP_MOST)
    return the.report(
      range,
      `${macro} stands inside another comprehension; the work would grow with the square of the list.`,
      "Work it out in a step, or join the lists before.",
    );
  const name = nameAt(variable.start, variable.args, the);
  const inside = { ...the, variables: [...the.variables, name] };
  const nodes = bodies.map((body) => made(body, inside));
  const last = nodes.at(-1) ?? null;
  return {
    ...range,
    kind: "comprehension",
    macro,
    over: made(receiver, the),
    variable: name,
    condition: macro === "map" ? (nodes.length === 2 ? (nodes[0] ?? null) : null) : last,
    gives: macro === "map" ? last : null,
  };
}
