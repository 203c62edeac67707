import type { Node } from "../reading/node.ts";
import { sourceOf } from "../reading/source.ts";
import { reckonCall } from "./call.ts";
import { reckonComprehension } from "./comprehension.ts";
import { boolOnly, type Frame, type Reckon, worst } from "./frame.ts";
import { checkedNumber, operate } from "./operators.ts";
import {
  fault,
  isFault,
  isList,
  isMissing,
  isPlainObject,
  isValue,
  kindOf,
  type Missing,
  missing,
  type Plain,
  type Reckoned,
  said,
  type Value,
} from "./value.ts";

/**
 * Makes a node into a function. The rules, each with a test:
 *
 * E1  What is absent, or null, is neither true nor false: what is computed from it is undetermined.
 * E2  `false && x` is false and `true || x` is true, whatever x is, and on either side.
 * E3  A fault is stronger than a missing datum, where nothing settles the matter without both.
 * E4  All that is missing is named, not only the first.
 * E5  Evaluation never throws and never ends without an answer.
 */
// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of node
export function reckoning(node: Node, text: string): Reckon {
  switch (node.kind) {
    case "literal":
      return () => node.value;
    case "root":
      return rooted(node, text, (frame) => frame.scope.name(node.root));
    case "step":
      return rooted(node, text, (frame) => frame.scope.step(node.id));
    case "variable":
      return rooted(node, text, (frame) => frame.item);
    case "field":
      return fieldOf(node, text);
    case "index":
      return indexed(node, text);
    case "list":
      return listOf(node.items, text);
    case "object":
      return objectOf(node, text);
    case "not":
      return negated(reckoning(node.of, text));
    case "negative":
      return minus(reckoning(node.of, text));
    case "and":
    case "or":
      return both(node, text);
    case "choice":
      return chosen(node, text);
    case "binary":
      return binary(node, text);
    case "has":
      return present(reckoning(node.of, text));
    case "default":
      return orElse(reckoning(node.of, text), reckoning(node.otherwise, text));
    case "call":
      return reckonCall(
        node,
        node.args.map((arg) => reckoning(arg, text)),
      );
    case "comprehension":
      return reckonComprehension(node, {
        over: reckoning(node.over, text),
        condition: node.condition && reckoning(node.condition, text),
        gives: node.gives && reckoning(node.gives, text),
        source: sourceOf(text, node.over),
      });
  }
}

function rooted(node: Node, text: string, look: (frame: Frame) => Value | undefined): Reckon {
  const absent = missing([sourceOf(text, node)]);
  return (frame) => look(frame) ?? absent;
}

function fieldOf(node: Node & { kind: "field" }, text: string): Reckon {
  const of = reckoning(node.of, text);
  const source = sourceOf(text, node);
  const absent = missing([source]);
  return (frame) => {
    const object = of(frame);
    if (isMissing(object)) return absent;
    if (isFault(object)) return object;
    return isPlainObject(object)
      ? fieldIn(object, node.name, absent)
      : fault(`${source}: ${said(kindOf(object))} has no fields`);
  };
}

function fieldIn(object: Plain, name: string, absent: Missing): Reckoned {
  return Object.hasOwn(object, name) ? (object[name] ?? absent) : absent;
}

function indexed(node: Node & { kind: "index" }, text: string): Reckon {
  const of = reckoning(node.of, text);
  const by = reckoning(node.index, text);
  const source = sourceOf(text, node);
  const absent = missing([source]);
  return (frame) => {
    const [whole, index] = [of(frame), by(frame)];
    if (isFault(whole)) return whole;
    if (!isValue(index)) return index;
    if (isMissing(whole)) return absent;
    if (isList(whole))
      return Number.isInteger(index) && Number(index) >= 0
        ? (whole[Number(index)] ?? absent)
        : fault(`${source}: an index is a whole number from 0 on`);
    if (isPlainObject(whole) && typeof index === "string") return fieldIn(whole, index, absent);
    return fault(`${source}: ${said(kindOf(whole))} is not indexed by ${said(kindOf(index))}`);
  };
}

function listOf(nodes: readonly Node[], text: string): Reckon {
  const items = nodes.map((node) => reckoning(node, text));
  return (frame) => {
    const values = items.map((item) => item(frame));
    return worst(values) ?? values.filter(isValue);
  };
}

function objectOf(node: Node & { kind: "object" }, text: string): Reckon {
  const keys = node.entries.map(([key]) => reckoning(key, text));
  const fields = node.entries.map(([, value]) => reckoning(value, text));
  return (frame) => {
    const names = keys.map((key) => key(frame));
    const values = fields.map((value) => value(frame));
    const trouble = worst([...names, ...values]);
    if (trouble) return trouble;
    const texts = names.filter((name) => typeof name === "string");
    if (texts.length < names.length) return fault("a key of an object is a text");
    if (new Set(texts).size < texts.length) return fault("a key stands twice");
    const given = values.filter(isValue);
    return Object.fromEntries(texts.map((name, at) => [name, given[at] ?? null]));
  };
}

function negated(of: Reckon): Reckon {
  return (frame) => {
    const value = of(frame);
    if (typeof value === "boolean") return !value;
    return boolOnly(value);
  };
}

function minus(of: Reckon): Reckon {
  return (frame) => {
    const value = of(frame);
    if (typeof value === "number") return checkedNumber(-value, false);
    return isValue(value) ? fault(`- does not take ${said(kindOf(value))}`) : value;
  };
}

/** E2: the one that settles the matter wins over everything on the other side. */
function both(node: Node & { kind: "and" | "or" }, text: string): Reckon {
  const left = reckoning(node.left, text);
  const right = reckoning(node.right, text);
  const settles = node.kind === "or";
  return (frame) => {
    const one = left(frame);
    if (one === settles) return settles;
    const other = right(frame);
    if (other === settles) return settles;
    return worst([boolOnly(one), boolOnly(other)]) ?? !settles;
  };
}

function chosen(node: Node & { kind: "choice" }, text: string): Reckon {
  const condition = reckoning(node.condition, text);
  const then = reckoning(node.chosen, text);
  const otherwise = reckoning(node.otherwise, text);
  return (frame) => {
    const holds = condition(frame);
    if (typeof holds === "boolean") return holds ? then(frame) : otherwise(frame);
    return boolOnly(holds);
  };
}

function binary(node: Node & { kind: "binary" }, text: string): Reckon {
  const left = reckoning(node.left, text);
  const right = reckoning(node.right, text);
  const source = sourceOf(text, node);
  return (frame) => {
    const one = left(frame);
    const other = right(frame);
    if (!isValue(one) || !isValue(other)) return worst([one, other]) ?? null;
    const result = operate(node.operator, one, other);
    return isFault(result) ? fault(`${source}: ${result.message}`) : result;
  };
}

function present(of: Reckon): Reckon {
  return (frame) => {
    const value = of(frame);
    return isFault(value) ? value : !isMissing(value) && value !== null;
  };
}

function orElse(of: Reckon, otherwise: Reckon): Reckon {
  return (frame) => {
    const value = of(frame);
    return isMissing(value) || value === null ? otherwise(frame) : value;
  };
}
