import type { Range } from "./problem.ts";

/**
 * An expression after reading: every name resolved, nothing of the engine left in it. Ranges are
 * of the text as the author wrote it.
 */
export type Node = Range &
  (
    | { readonly kind: "literal"; readonly value: string | number | boolean | null }
    | { readonly kind: "root"; readonly root: string }
    | { readonly kind: "step"; readonly id: string }
    /** The variable of the comprehension it stands in. */
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "field"; readonly of: Node; readonly name: string; readonly at: Range }
    | { readonly kind: "index"; readonly of: Node; readonly index: Node }
    | { readonly kind: "list"; readonly items: readonly Node[] }
    | { readonly kind: "object"; readonly entries: readonly (readonly [Node, Node])[] }
    | { readonly kind: "not" | "negative"; readonly of: Node }
    | { readonly kind: "and" | "or"; readonly left: Node; readonly right: Node }
    | {
        readonly kind: "choice";
        readonly condition: Node;
        readonly chosen: Node;
        readonly otherwise: Node;
      }
    | {
        readonly kind: "binary";
        readonly operator: Operator;
        readonly left: Node;
        readonly right: Node;
      }
    | { readonly kind: "has"; readonly of: Node }
    | { readonly kind: "default"; readonly of: Node; readonly otherwise: Node }
    | {
        readonly kind: "call";
        readonly name: string;
        /** `a.f(b)` has one, `f(a, b)` has none. */
        readonly method: boolean;
        /** The receiver of a method is the first. */
        readonly args: readonly Node[];
      }
    | {
        readonly kind: "comprehension";
        readonly macro: Macro;
        readonly over: Node;
        readonly variable: string;
        /** The condition; null where `map` has none. */
        readonly condition: Node | null;
        /** What `map` gives for each item. */
        readonly gives: Node | null;
      }
  );

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "+" | "-" | "*" | "/" | "%";

export const MACROS = ["all", "exists", "exists_one", "map", "filter"] as const;
export type Macro = (typeof MACROS)[number];

/** The nodes directly under a node, in the order they are written. */
// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of node
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "literal":
    case "root":
    case "step":
    case "variable":
      return [];
    case "field":
    case "not":
    case "negative":
    case "has":
      return [node.of];
    case "index":
      return [node.of, node.index];
    case "default":
      return [node.of, node.otherwise];
    case "list":
      return node.items;
    case "object":
      return node.entries.flat();
    case "and":
    case "or":
    case "binary":
      return [node.left, node.right];
    case "choice":
      return [node.condition, node.chosen, node.otherwise];
    case "call":
      return node.args;
    case "comprehension":
      return [node.over, node.condition, node.gives].filter((child) => child !== null);
  }
}

/**
 * The path a node is, when it is nothing but one: a root or a step, then fields and literal
 * indexes. Null where something must be computed.
 */
export function pathOf(
  node: Node,
): { readonly from: Node; readonly keys: readonly (string | number)[] } | null {
  const keys: (string | number)[] = [];
  let from = node;
  while (from.kind === "field" || from.kind === "index") {
    if (from.kind === "field") keys.push(from.name);
    else if (from.index.kind !== "literal") return null;
    else if (typeof from.index.value === "string") keys.push(from.index.value);
    else if (Number.isInteger(from.index.value)) keys.push(Number(from.index.value));
    else return null;
    from = from.of;
  }
  return from.kind === "root" || from.kind === "step" ? { from, keys: keys.reverse() } : null;
}

/** What an expression reads: ["steps", "load", "rows"], ["params", "size"]; each path once, up to the first index. */
export function readsOfNode(node: Node): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  collect(node, found);
  return [...found.values()];
}

function collect(node: Node, found: Map<string, readonly string[]>): void {
  const read = readOf(node);
  if (read) found.set(JSON.stringify(read), read);
  else for (const child of childrenOf(node)) collect(child, found);
}

/** Of `rows[0].name` the read is `rows`: where the author names no field, all of it is read. */
function readOf(node: Node): readonly string[] | null {
  const path = pathOf(node);
  if (!path) return null;
  const end = path.keys.findIndex((key) => typeof key === "number");
  const keys = (end === -1 ? path.keys : path.keys.slice(0, end)).map(String);
  if (path.from.kind === "root") return [path.from.root, ...keys];
  return path.from.kind === "step" ? ["steps", path.from.id, ...keys] : null;
}
