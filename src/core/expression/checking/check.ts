import type { ProblemCode } from "../../problem.ts";
import { type Names, schemaOfRoot, schemaOfStep } from "../reading/names.ts";
import { type Node, pathOf } from "../reading/node.ts";
import { type ExpressionProblem, problemAt, type Range, suggestion } from "../reading/problem.ts";
import { sourceOf } from "../reading/source.ts";
import { givenBy, operate } from "../reckoning/operators.ts";
import { type Fault, isFault, type Kind, said } from "../reckoning/value.ts";
import { callKnown } from "./check-call.ts";
import { checkValues } from "./check-values.ts";
import { ANYTHING, fieldOf, itemsOf, type Known, knownBy, ofKind } from "./known.ts";

/** What an expression must give where it stands. */
export type Expected = "any" | "bool" | "list" | "number" | "text" | "duration";

/** A duration may be written as a number of seconds, or as a text with units. */
export function meets(kind: Kind, expected: Expected): boolean {
  if (expected === "any" || kind === expected) return true;
  return expected === "duration" && (kind === "number" || kind === "text");
}

/** What the check carries along. */
export type Checking = {
  readonly names: Names;
  readonly text: string;
  /** What the variable of the comprehension around stands for. */
  readonly variable: Known;
  readonly report: (
    range: Range,
    message: string,
    more?: { readonly mend?: string; readonly code?: ProblemCode },
  ) => Known;
};

/** Finds what cannot be right whatever the data: fields nobody declared, kinds that do not meet. */
export function check(
  node: Node,
  given: { readonly names: Names; readonly text: string; readonly expected: Expected },
): { readonly problems: readonly ExpressionProblem[]; readonly gives: Known } {
  const problems: ExpressionProblem[] = [];
  const report: Checking["report"] = (range, message, more = {}) => {
    problems.push(problemAt(range, { message, ...more }));
    return ANYTHING;
  };
  const gives = known(node, { ...given, variable: ANYTHING, report });
  const { kind } = gives;
  const { expected } = given;
  if (expected !== "any" && kind !== null && !meets(kind, expected))
    report(node, `This gives ${said(kind)}; ${said(expected)} is needed here.`, {
      mend: mendOf(node, kind, given),
      ...(expected === "duration" ? { code: "type-mismatch" } : {}),
    });
  return { problems, gives };
}

function mendOf(
  node: Node,
  kind: Kind,
  { text, expected }: { readonly text: string; readonly expected: Expected },
): string {
  const source = sourceOf(text, node);
  if (expected === "duration")
    return "Write an expression that gives a number of seconds, or a text such as 5m or 2 hours.";
  if (expected === "list") return `Put it in a list: [${source}].`;
  if (expected !== "bool") return "Write an expression that gives one.";
  if (kind === "list" || kind === "object") return `Compare: size(${source}) > 0.`;
  return kind === "number" ? `Compare: ${source} > 0.` : `Compare: ${source} == "…".`;
}

// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of node
function known(node: Node, the: Checking): Known {
  switch (node.kind) {
    case "literal":
      return ofKind(node.value === null ? "null" : kindOfLiteral(node.value));
    case "root":
      return knownBy(schemaOfRoot(the.names, node.root) ?? {});
    case "step":
      return knownBy(schemaOfStep(the.names, node.id));
    case "variable":
      return the.variable;
    case "field":
      return field(node, known(node.of, the), the);
    case "index":
      return indexed(node, the);
    case "list":
      for (const item of node.items) known(item, the);
      return ofKind("list");
    case "object":
      return entries(node, the);
    case "not":
      return condition(node.of, the);
    case "negative":
      return operand(node.of, "number", the);
    case "and":
    case "or":
      condition(node.left, the);
      return condition(node.right, the);
    case "choice":
      return choice(node, the);
    case "binary":
      return binary(node, the);
    case "has":
      known(node.of, the);
      return ofKind("bool");
    case "default":
      return alike(known(node.of, the), known(node.otherwise, the));
    case "call":
      return callKnown(node, { the, args: node.args.map((arg) => known(arg, the)) });
    case "comprehension":
      return comprehension(node, the);
  }
}

function kindOfLiteral(value: string | number | boolean): Kind {
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "number" : "bool";
}

function field(node: Node & { kind: "field" }, of: Known, the: Checking): Known {
  if (of.kind !== null && of.kind !== "object") {
    const source = sourceOf(the.text, node.of);
    const mend =
      of.kind === "list"
        ? `Write ${source}[0].${node.name} for one, ${source}.map(x, x.${node.name}) for all.`
        : "Leave the field out.";
    return the.report(node.at, `${source} is ${said(of.kind)} and has no fields.`, { mend });
  }
  return fieldNamed(node, { of, name: node.name, at: node.at }, the);
}

function fieldNamed(
  node: Node,
  wanted: { readonly of: Known; readonly name: string; readonly at: Range },
  the: Checking,
): Known {
  const found = fieldOf(wanted.of, wanted.name);
  if (!("fields" in found)) return found;
  const { code, what } = kindOfPath(node);
  const source = node.kind === "field" || node.kind === "index" ? sourceOf(the.text, node.of) : "";
  return the.report(wanted.at, `${source} has no ${what} "${wanted.name}".`, {
    code,
    mend:
      what === "parameter" && found.fields.length === 0
        ? "Declare it under parameters."
        : suggestion(wanted.name, found.fields, FOUND[what] ?? "Fields"),
  });
}

/** What a list of those that are there begins with. */
const FOUND: Readonly<Record<string, string>> = {
  output: "Outputs",
  "published value": "Published",
};

/** What the first name behind a root is called. */
const FIRST_FIELDS: Readonly<
  Record<string, { readonly code: ProblemCode; readonly what: string }>
> = {
  params: { code: "unknown-param", what: "parameter" },
  context: { code: "unknown-output", what: "published value" },
};

function kindOfPath(node: Node): { readonly code: ProblemCode; readonly what: string } {
  const path = pathOf(node);
  const isFirst = path?.keys.length === 1;
  const from = path?.from.kind === "root" ? path.from.root : path?.from.kind;
  if (from === "step" || from === "outputs")
    return { code: "unknown-output", what: isFirst ? "output" : "field" };
  const what = isFirst && from !== undefined ? FIRST_FIELDS[from] : undefined;
  return what ?? { code: "bad-expression", what: "field" };
}

function indexed(node: Node & { kind: "index" }, the: Checking): Known {
  const of = known(node.of, the);
  const by = known(node.index, the);
  const source = sourceOf(the.text, node.of);
  if (of.kind === "list") {
    if (by.kind !== null && by.kind !== "number")
      return the.report(node.index, `${source} is a list: an index is a number.`);
    const { index } = node;
    const isWrong =
      index.kind === "negative" ||
      (index.kind === "literal" && !(Number.isInteger(index.value) && Number(index.value) >= 0));
    return isWrong
      ? the.report(node.index, "An index is a whole number from 0 on.", {
          mend: `The last one is ${source}[size(${source}) - 1].`,
        })
      : itemsOf(of);
  }
  if (of.kind === "object") {
    if (node.index.kind === "literal" && typeof node.index.value === "string")
      return fieldNamed(node, { of, name: node.index.value, at: node.index }, the);
    return by.kind === null || by.kind === "text"
      ? ANYTHING
      : the.report(node.index, `${source} is an object: a field is named by a text.`, {
          mend: `Write ${source}.name, or ${source}["name"].`,
        });
  }
  return of.kind === null
    ? ANYTHING
    : the.report(node.of, `${source} is ${said(of.kind)}; only lists and objects are indexed.`);
}

function entries(node: Node & { kind: "object" }, the: Checking): Known {
  for (const [key, value] of node.entries) {
    operand(key, "text", the);
    known(value, the);
  }
  return ofKind("object");
}

function operand(node: Node, kind: Kind, the: Checking): Known {
  const found = known(node, the);
  if (found.kind === null || found.kind === kind) return ofKind(kind);
  return the.report(
    node,
    `${sourceOf(the.text, node)} is ${said(found.kind)}; ${said(kind)} is needed here.`,
  );
}

function condition(node: Node, the: Checking): Known {
  const found = known(node, the);
  if (found.kind === null || found.kind === "bool") return ofKind("bool");
  the.report(
    node,
    `${sourceOf(the.text, node)} is ${said(found.kind)}; true or false is needed here.`,
    { mend: mendOf(node, found.kind, { text: the.text, expected: "bool" }) },
  );
  return ofKind("bool");
}

function choice(node: Node & { kind: "choice" }, the: Checking): Known {
  condition(node.condition, the);
  return alike(known(node.chosen, the), known(node.otherwise, the));
}

function alike(one: Known, other: Known): Known {
  return one.kind === other.kind
    ? one.schema === other.schema
      ? one
      : ofKind(one.kind)
    : ANYTHING;
}

function binary(node: Node & { kind: "binary" }, the: Checking): Known {
  const left = known(node.left, the);
  const right = known(node.right, the);
  checkValues(node, [left, right], the);
  const { operator } = node;
  const isEquality = operator === "==" || operator === "!=";
  if (isEquality && (left.kind === "null" || right.kind === "null")) {
    const other = sourceOf(the.text, left.kind === "null" ? node.right : node.left);
    return the.report(node, "A null is as good as absent, and nothing equals it.", {
      mend: `Write ${operator === "==" ? "!" : ""}has(${other}).`,
    });
  }
  if (left.kind === null || right.kind === null) return ofKind(isEquality ? "bool" : null);
  const given = givenBy(operator, left.kind, right.kind);
  if (given === null) return mismatch(node, [left.kind, right.kind], the);
  const fault = ofLiterals(node);
  if (fault !== null) return the.report(node, `This has no result: ${fault.message}.`);
  const { schema } = given === "money" ? (left.kind === given ? left : right) : ofKind(given);
  return { kind: given, schema };
}

function ofLiterals({ left, right, operator }: Node & { kind: "binary" }): Fault | null {
  if (left.kind !== "literal" || right.kind !== "literal") return null;
  const result = operate(operator, left.value, right.value);
  return isFault(result) ? result : null;
}

function mismatch(
  node: Node & { kind: "binary" },
  [left, right]: readonly [Kind, Kind],
  the: Checking,
): Known {
  const sources = [sourceOf(the.text, node.left), sourceOf(the.text, node.right)];
  const message = `${sources[0]} is ${said(left)} and ${sources[1]} is ${said(right)}; ${node.operator} does not take the two.`;
  return the.report(node, message, {
    mend: mendOfMismatch(node.operator, [left, right], sources),
  });
}

function mendOfMismatch(
  operator: string,
  kinds: readonly [Kind, Kind],
  sources: readonly string[],
): string {
  const text = kinds.indexOf("text");
  const other = kinds[1 - text];
  if (kinds.includes("money")) return mendOfMoney(kinds, sources);
  if (operator === "in" && kinds[1] === "text")
    return `Write ${sources[1]}.contains(${sources[0]}).`;
  if (text === -1) return "Compare and combine what is of one kind.";
  if (operator === "+") return `Write string(${sources[1 - text]}).`;
  if (other === "timestamp" || other === "duration") return `Write ${other}(${sources[text]}).`;
  return other === "number"
    ? `Write double(${sources[text]}), or leave out the quotes.`
    : "Compare and combine what is of one kind.";
}

function mendOfMoney(kinds: readonly string[], sources: readonly string[]): string {
  const other = kinds[0] === "money" ? 1 : 0;
  return kinds[other] === "number"
    ? `Say of what currency ${sources[other]} is where its type is declared: { type: number, currency: HKD }.`
    : `Write money(${sources[other]}), or declare it as money.`;
}

function comprehension(node: Node & { kind: "comprehension" }, the: Checking): Known {
  const over = known(node.over, the);
  if (over.kind !== null && over.kind !== "list" && over.kind !== "object")
    the.report(
      node.over,
      `${sourceOf(the.text, node.over)} is ${said(over.kind)}; ${node.macro} takes a list.`,
    );
  const variable = over.kind === "object" ? ofKind("text") : itemsOf(over);
  const inside = { ...the, variable };
  if (node.condition) condition(node.condition, inside);
  const gives = node.gives ? known(node.gives, inside) : variable;
  if (node.macro === "map") return { kind: "list", schema: { items: gives.schema } };
  if (node.macro !== "filter") return ofKind("bool");
  return over.kind === "list" ? over : ofKind("list");
}
