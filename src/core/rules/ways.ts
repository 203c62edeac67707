import { type Constant, constantOf, type Node, pathOf } from "../expression/index.ts";

/** What a value must be for a condition to hold. */
export type Demand = {
  /** The path, as JSON; with "has " before it, whether it is there. */
  readonly of: string;
  readonly is: "==" | "!=" | "<" | "<=" | ">" | ">=";
  readonly than: Constant;
};

/** One way in which a condition can hold: all of these. What cannot be told beforehand demands nothing. */
export type Way = readonly Demand[];

/** More are not looked at. */
const WAYS_MOST = 256;

/** Every way in which a condition can hold (its disjunctive normal form); null where there are too many. */
export function waysOf(node: Node): readonly Way[] | null {
  return ways(node, true);
}

const ANYHOW: readonly Way[] = [[]];
const NEVER: readonly Way[] = [];

// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of node
function ways(node: Node, wanted: boolean): readonly Way[] | null {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- of the others nothing can be told
  switch (node.kind) {
    case "literal":
      return node.value === wanted ? ANYHOW : NEVER;
    case "not":
      return ways(node.of, !wanted);
    case "and":
    case "or": {
      const [left, right] = [ways(node.left, wanted), ways(node.right, wanted)];
      return (node.kind === "and") === wanted ? both(left, right) : either(left, right);
    }
    case "choice":
      return either(
        both(ways(node.condition, true), ways(node.chosen, wanted)),
        both(ways(node.condition, false), ways(node.otherwise, wanted)),
      );
    case "has": {
      const of = pathText(node.of);
      return of === null ? ANYHOW : [[{ of: `has ${of}`, is: "==", than: bool(wanted) }]];
    }
    case "binary":
      return compared(node, wanted);
    default: {
      const of = pathText(node);
      return of === null ? ANYHOW : [[{ of, is: "==", than: bool(wanted) }, there(of)]];
    }
  }
}

function both(left: readonly Way[] | null, right: readonly Way[] | null): readonly Way[] | null {
  if (left === null || right === null) return null;
  if (left.length * right.length > WAYS_MOST) return null;
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
}

function either(left: readonly Way[] | null, right: readonly Way[] | null): readonly Way[] | null {
  if (left === null || right === null || left.length + right.length > WAYS_MOST) return null;
  return [...left, ...right];
}

type Binary = Node & { kind: "binary" };

const FLIPPED: Readonly<Record<Demand["is"], Demand["is"]>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};
const NEGATED: Readonly<Record<Demand["is"], Demand["is"]>> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function compared(node: Binary, wanted: boolean): readonly Way[] | null {
  if (node.operator === "in") return amongst(node, wanted);
  if (!isComparison(node.operator)) return ANYHOW;
  const [left, right] = [pathText(node.left), pathText(node.right)];
  const than = constantOf(left === null ? node.left : node.right);
  const of = left ?? right;
  if (of === null || than === null) return ANYHOW;
  const is = left === null ? FLIPPED[node.operator] : node.operator;
  return [[{ of, is: wanted ? is : NEGATED[is], than }, there(of)]];
}

function amongst({ left, right }: Binary, wanted: boolean): readonly Way[] | null {
  const of = pathText(left);
  if (of === null || right.kind !== "list") return ANYHOW;
  const values = right.items.map(constantOf).filter((value) => value !== null);
  if (values.length < right.items.length) return ANYHOW;
  if (!wanted) return [[...values.map((than): Demand => ({ of, is: "!=", than })), there(of)]];
  return values.length > WAYS_MOST
    ? null
    : values.map((than): Way => [{ of, is: "==", than }, there(of)]);
}

function isComparison(operator: Binary["operator"]): operator is Demand["is"] {
  return Object.hasOwn(FLIPPED, operator);
}

/** Of a path, or of one that is read as money or a time. */
function pathText(node: Node): string | null {
  const isRead = node.kind === "call" && ["money", "timestamp", "duration"].includes(node.name);
  const path = pathOf(isRead ? (node.args[0] ?? node) : node);
  return path?.from.kind === "root" ? JSON.stringify([path.from.root, ...path.keys]) : null;
}

function there(of: string): Demand {
  return { of: `has ${of}`, is: "==", than: bool(true) };
}

function bool(order: boolean): Constant {
  return { kind: "bool", order };
}
