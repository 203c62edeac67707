import type { JsonObject } from "../../json.ts";
import { type Names, schemaOfRoot } from "../reading/names.ts";
import type { Node } from "../reading/node.ts";
import { ANYTHING, fieldOf, itemsOf, type Known, knownBy } from "./known.ts";

/**
 * Makes what is declared as money, a time or a duration into one where it is read, so that an author
 * writes `case.total > money("HKD 500")` and not how a total stands in JSON. Only where names are read
 * strictly: `names.facts`.
 */
export function typed(node: Node, names: Names): Node {
  return names.facts ? made(node, { names, variable: ANYTHING }) : node;
}

type Typing = { readonly names: Names; readonly variable: Known };

// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of node
function made(node: Node, the: Typing): Node {
  const again = (of: Node): Node => made(of, the);
  switch (node.kind) {
    case "literal":
    case "step":
    case "has":
      return node;
    case "root":
    case "variable":
    case "field":
    case "index":
      return read(inner(node, the), known(node, the).schema);
    case "list":
      return { ...node, items: node.items.map(again) };
    case "object":
      return { ...node, entries: node.entries.map(([key, value]) => [again(key), again(value)]) };
    case "not":
    case "negative":
      return { ...node, of: again(node.of) };
    case "and":
    case "or":
    case "binary":
      return { ...node, left: again(node.left), right: again(node.right) };
    case "choice":
      return {
        ...node,
        condition: again(node.condition),
        chosen: again(node.chosen),
        otherwise: again(node.otherwise),
      };
    case "default":
      return { ...node, of: again(node.of), otherwise: again(node.otherwise) };
    case "call":
      return { ...node, args: node.args.map(again) };
    case "comprehension":
      return comprehension(node, the);
  }
}

function comprehension(node: Node & { kind: "comprehension" }, the: Typing): Node {
  const inside = { ...the, variable: itemsOf(known(node.over, the)) };
  return {
    ...node,
    over: inner(node.over, the),
    condition: node.condition && made(node.condition, inside),
    gives: node.gives && made(node.gives, inside),
  };
}

/** A path: what it is of stays as it is, what it is indexed by does not. */
function inner(node: Node, the: Typing): Node {
  if (node.kind === "field") return { ...node, of: inner(node.of, the) };
  if (node.kind === "index")
    return { ...node, of: inner(node.of, the), index: made(node.index, the) };
  return node.kind === "root" || node.kind === "variable" ? node : made(node, the);
}

function known(node: Node, the: Typing): Known {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are read nowhere
  switch (node.kind) {
    case "root":
      return knownBy(schemaOfRoot(the.names, node.root) ?? {});
    case "variable":
      return the.variable;
    case "field":
      return named(known(node.of, the), node.name);
    case "index": {
      const of = known(node.of, the);
      if (of.kind === "list") return itemsOf(of);
      const { index } = node;
      return index.kind === "literal" && typeof index.value === "string"
        ? named(of, index.value)
        : ANYTHING;
    }
    case "comprehension":
      return node.macro === "filter" ? known(node.over, the) : ANYTHING;
    default:
      return ANYTHING;
  }
}

function named(of: Known, name: string): Known {
  const found = fieldOf(of, name);
  return "fields" in found ? ANYTHING : found;
}

/** The call that reads a value of this type; a list of such values is read item by item. */
function read(node: Node, schema: JsonObject): Node {
  const call = callFor(schema);
  if (call !== null) return called(node, call);
  const { schema: items } = itemsOf({ kind: "list", schema });
  const ofItem = callFor(items);
  if (ofItem === null) return node;
  const { start, end } = node;
  const variable: Node = { start, end, kind: "variable", name: "item" };
  return {
    start,
    end,
    kind: "comprehension",
    macro: "map",
    over: node,
    variable: "item",
    condition: null,
    gives: called(variable, ofItem),
  };
}

type Call = { readonly name: string; readonly with: string | null };

function called(node: Node, { name, with: more }: Call): Node {
  const { start, end } = node;
  const second: readonly Node[] =
    more === null ? [] : [{ start, end, kind: "literal", value: more }];
  return { start, end, kind: "call", name, method: false, args: [node, ...second] };
}

/** `currency: HKD` beside a number says that it is an amount of it, beside money that it is of no other. */
function callFor(schema: JsonObject): Call | null {
  const { format, currency } = schema;
  const { kind } = knownBy(schema);
  const of = typeof currency === "string" ? currency : null;
  if (kind === "text" && format === "money") return { name: "money", with: of };
  if (kind === "number" && of !== null) return { name: "money", with: of };
  if (kind === "text" && (format === "date-time" || format === "date"))
    return { name: "timestamp", with: null };
  return kind === "number" && format === "duration" ? { name: "duration", with: null } : null;
}
