import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Json } from "../../json.ts";
import type { Place, Problem } from "../../problem.ts";
import { attachStrategies } from "../settings/strategy-beside.ts";
import { keyOf, MERGE, placeIn, type ValuePath, wordAt } from "./place.ts";
import { ownFaults, syntaxProblem } from "./syntax-problem.ts";

/** The values of a file, and where each of them stands. */
export type Source = {
  readonly file: string;
  readonly value: Json;
  /** `offset` counts the characters of a text's value; a path that is not there gives its nearest ancestor. */
  readonly placeOf: (
    path: ValuePath,
    options?: { readonly key?: boolean; readonly offset?: number },
  ) => Place;
  /** A number, boolean or text as its author wrote it: `2.10`, not 2.1. */
  readonly wordOf: (path: ValuePath) => string;
};

export const FILE_CHARACTERS_MOST = 1_000_000;
/** Maps and lists inside one another. */
export const NESTING_MOST = 64;
/** Values in one file, each use of an alias counted with all that it stands for. */
export const VALUES_MOST = 100_000;

/**
 * Reads YAML (and so JSON) into plain values. A duplicate key, an alias that grows without end, a
 * value that JSON does not have: each is a problem with its place.
 *
 * @returns null where the text itself is broken, so that nothing more can be said about it; never throws
 */
export function readSource(
  input: { readonly file: string; readonly text: string },
  add: (problem: Problem) => void,
): Source | null {
  const { file, text } = input;
  const top: Place = { file, line: 1, column: 1 };
  const refuse = (message: string, mend: string): null => {
    add({ code: "limit", message, mend, where: top });
    return null;
  };
  if (text.length > FILE_CHARACTERS_MOST) {
    return refuse(
      `The file has ${text.length} characters; the most is ${FILE_CHARACTERS_MOST}.`,
      "Split it, and keep data in the files and systems that steps read.",
    );
  }
  const lines = linesOf(text);
  const parsed = parse(text);
  if (parsed === null) {
    return refuse("The file is nested too deep to be read.", "Take its inner parts out.");
  }
  const own = ownFaults(parsed.errors, (fault) => lines.linePos(fault.pos[0]).line);
  for (const fault of [...own, ...parsed.warnings]) {
    const { line, col } = lines.linePos(fault.pos[0]);
    add(syntaxProblem(fault, { file, line, column: col }));
  }
  if (parsed.errors.length > 0) return null;
  const walk: Walk = {
    place: (node) => at(file, lines, node),
    add,
    anchors: new Map(),
    targets: new Map(),
    open: new Set(),
    count: { values: 0, refused: false },
  };
  const value = valueOf(parsed.contents, walk, 0);
  // Of half a file nothing true can be said.
  if (walk.count.refused) return null;
  const tree = { file, text, lines, root: parsed.contents, targets: walk.targets };
  return {
    file,
    value,
    placeOf: (path, options = {}) => placeIn(tree, path, options),
    wordOf: (path) => wordAt(tree, path),
  };
}

type Walk = {
  readonly place: (node: Node | null) => Place;
  readonly add: (problem: Problem) => void;
  readonly anchors: Map<string, Node>;
  readonly targets: Map<Node, Node>;
  /** Collections being read, to notice an alias inside what it stands for. */
  readonly open: Set<Node>;
  readonly count: { values: number; refused: boolean };
};

/** Counted here: where flows are broken the parser misses lines. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
    lines.addNewLine(at + 1);
  return lines;
}

function parse(text: string): ReturnType<typeof parseDocument> | null {
  try {
    const document = parseDocument(text, {
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      logLevel: "error",
    });
    if (text.includes("error_types")) attachStrategies(document);
    return document.errors.some(({ message }) => OUT_OF_STACK.test(message)) ? null : document;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The parser recurses: the stack is its only limit on nesting, and some of its parts tell that as a fault. */
const OUT_OF_STACK = /call stack/;

function valueOf(node: Node | null, walk: Walk, depth: number): Json {
  if (node === null || walk.count.refused) return null;
  walk.count.values += 1;
  if (depth > NESTING_MOST) return tooMuch(node, walk, `is nested deeper than ${NESTING_MOST}`);
  if (walk.count.values > VALUES_MOST) {
    return tooMuch(node, walk, `holds more than ${VALUES_MOST} values, aliases counted in full`);
  }
  if (isAlias(node)) return aliased(node, walk, depth);
  if ("anchor" in node && typeof node.anchor === "string") walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return scalar(node, walk);
  walk.open.add(node);
  const value = isSeq(node)
    ? node.items.map((item) => valueOf(item as Node | null, walk, depth + 1))
    : isMap(node)
      ? mapOf(node, walk, depth)
      : null;
  walk.open.delete(node);
  return value;
}

function mapOf(node: Node, walk: Walk, depth: number): Json {
  if (!isMap(node)) return null;
  const fields: { [key: string]: Json } = {};
  const merged: Json[] = [];
  for (const pair of node.items) {
    const key = keyOf(pair);
    if (key === MERGE) {
      merged.push(valueOf(pair.value as Node | null, walk, depth + 1));
      continue;
    }
    const again = Object.hasOwn(fields, key);
    if (again || key === "__proto__") {
      refuseKey(key, again, (fault) => walk.add({ ...fault, where: walk.place(pair.key as Node) }));
      continue;
    }
    fields[key] = valueOf(pair.value as Node | null, walk, depth + 1);
  }
  for (const more of merged.flat()) {
    if (typeof more !== "object" || more === null) continue;
    for (const [key, value] of Object.entries(more)) {
      if (!Object.hasOwn(fields, key)) fields[key] = value;
    }
  }
  return fields;
}

function refuseKey(key: string, again: boolean, add: Walk["add"]): void {
  add({
    code: again ? "duplicate" : "unknown-key",
    message: again ? `The key "${key}" stands here twice.` : `No key may be called "${key}".`,
    mend: again ? "Keep one of them." : "Choose another name.",
  });
}

function aliased(node: Node, walk: Walk, depth: number): Json {
  if (!isAlias(node)) return null;
  const target = walk.targets.get(node) ?? walk.anchors.get(node.source);
  if (target === undefined || walk.open.has(target)) {
    walk.add({
      code: "syntax",
      message: `The alias *${node.source} stands for ${target ? "what it is inside of" : "nothing"}.`,
      mend: `Put the anchor &${node.source} on a value before it.`,
      where: walk.place(node),
    });
    return null;
  }
  walk.targets.set(node, target);
  return valueOf(target, walk, depth);
}

function scalar(node: Node, walk: Walk): Json {
  if (!isScalar(node)) return null;
  const { value } = node;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    const exact =
      Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (exact) return value;
  }
  walk.add({
    code: "wrong-value",
    message: `${node.source ?? "This"} is no number that can be kept exactly.`,
    mend: "Put it in quotes, so that it is a text.",
    where: walk.place(node),
  });
  return null;
}

function tooMuch(node: Node, walk: Walk, what: string): null {
  if (!walk.count.refused) {
    walk.count.refused = true;
    walk.add({
      code: "limit",
      message: `The file ${what}.`,
      mend: "Make it smaller: data belongs in files that steps read.",
      where: walk.place(node),
    });
  }
  return null;
}

function at(file: string, lines: LineCounter, node: Node | null): Place {
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}
