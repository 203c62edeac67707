import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from "yaml";
import type { Place } from "../../problem.ts";

/** Where a value stands in a file: keys and positions from the top. */
export type ValuePath = readonly (string | number)[];

/**
 * The place of a value, of its key, or of a character inside its text. Behind escapes and in folded
 * lines it is found by the word that stands there; where that is unsure, the place of the text itself.
 */
export function placeIn(
  tree: Tree,
  path: ValuePath,
  options: { readonly key?: boolean; readonly offset?: number },
): Place {
  const { node, key, found } = nodeAt(tree, path);
  const wanted = (options.key === true && found ? key : node) ?? key ?? tree.root;
  if (wanted === null) return { file: tree.file, line: 1, column: 1 };
  const start = wanted.range?.[0] ?? 0;
  const inside = options.key === true ? 0 : (options.offset ?? 0);
  return placed(tree, start + (inside > 0 ? shift(tree, wanted, inside) : 0));
}

/** What is needed to find a value's place again. */
export type Tree = {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly root: Node | null;
  readonly targets: ReadonlyMap<Node, Node>;
};

/** The node at a path, or the nearest ancestor that is there; an alias is followed, `<<` too. */
function nodeAt(
  tree: Tree,
  path: ValuePath,
): { readonly node: Node | null; readonly key: Node | null; readonly found: boolean } {
  let node = tree.root;
  let key: Node | null = null;
  for (const part of path) {
    const inside = child(tree, node, part);
    if (inside === null) return { node: key ?? node, key, found: false };
    key = inside.key ?? key;
    node = inside.node ?? inside.key;
  }
  return { node, key, found: true };
}

/** YAML's own key for "and all that stands there". */
export const MERGE = "<<";

export function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function placed(tree: Tree, offset: number): Place {
  const { line, col } = tree.lines.linePos(offset);
  return { file: tree.file, line: Math.max(1, line), column: Math.max(1, col) };
}

/** How far behind the start of its node a character of a text's value stands. */
function shift(tree: Tree, node: Node, offset: number): number {
  if (isAlias(node) || !isScalar(node) || typeof node.value !== "string" || !node.range) return 0;
  const [start, end] = node.range;
  const written = tree.text.slice(start, end);
  if (written === node.value) return offset;
  if (written.slice(1, -1) === node.value) return offset + 1;
  const inLines = node.type === "BLOCK_LITERAL" ? inBlock(node, written, offset) : 0;
  return inLines > 0 ? inLines : ofWord(node.value, written, offset);
}

/** The word at a place of the value, as often as it stood before, where both hold it equally often. */
function ofWord(value: string, written: string, offset: number): number {
  const [word = ""] = /^[A-Za-z_]\w*/.exec(value.slice(offset)) ?? [];
  if (word === "") return 0;
  const parts = written.split(word);
  const before = value.slice(0, offset).split(word).length;
  if (parts.length !== value.split(word).length) return 0;
  return parts.slice(0, before).join(word).length;
}

/** Under a `|` every line of the value stands on a line of its own, behind its indentation. */
function inBlock(node: Scalar, written: string, offset: number): number {
  const value = String(node.value);
  const before = value.slice(0, offset).split("\n");
  const rows = written.split("\n");
  const row = rows[before.length];
  const line = value.split("\n")[before.length - 1] ?? "";
  if (row === undefined || !row.endsWith(line)) return 0;
  const upTo = rows.slice(0, before.length).reduce((sum, each) => sum + each.length + 1, 0);
  return upTo + (row.length - line.length) + (before.at(-1)?.length ?? 0);
}

function child(
  tree: Tree,
  from: Node | null,
  part: string | number,
): { readonly node: Node | null; readonly key: Node | null } | null {
  const node = from !== null && isAlias(from) ? (tree.targets.get(from) ?? null) : from;
  if (isSeq(node)) {
    const item = typeof part === "number" ? node.items[part] : undefined;
    return item === undefined ? null : { node: item as Node, key: null };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((item) => keyOf(item) === String(part));
  if (pair) return { node: pair.value as Node | null, key: pair.key as Node };
  for (const merge of node.items.filter((item) => keyOf(item) === MERGE)) {
    const value = merge.value as Node | null;
    const inside = isSeq(value)
      ? value.items.map((item) => child(tree, item as Node, part)).find((found) => found !== null)
      : child(tree, value, part);
    if (inside) return inside;
  }
  return null;
}

/** A number, boolean or text as its author wrote it; "" where there is none. */
export function wordAt(tree: Tree, path: ValuePath): string {
  const { node: found } = nodeAt(tree, path);
  const node = found !== null && isAlias(found) ? (tree.targets.get(found) ?? null) : found;
  if (!isScalar(node)) return "";
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
