/**
 * The hash of a node over its two children: SHA-256(0x01 ‖ left ‖ right). That of a leaf is the hash of an
 * event, which begins with 0x00: no leaf can be taken for a node.
 */
export type HashPair = (left: Uint8Array, right: Uint8Array) => Uint8Array;

/** The leaf at a place, counted from 0. */
export type LeafAt = (index: number) => Uint8Array;

/**
 * A tree that only grows, as much of it as its next leaf needs: the roots of its whole subtrees, the
 * largest first. Their sizes are the powers of two in `size`.
 */
export type Frontier = { size: number; readonly nodes: Uint8Array[] };

export function newFrontier(): Frontier {
  return { size: 0, nodes: [] };
}

export function grow(frontier: Frontier, leaf: Uint8Array, pair: HashPair): void {
  const { nodes } = frontier;
  let node = leaf;
  for (let size = frontier.size; size % 2 === 1; size = (size - 1) / 2)
    node = pair(nodes.pop() as Uint8Array, node);
  nodes.push(node);
  frontier.size += 1;
}

/** @returns null of an empty tree, whose root is the hash of nothing */
export function rootOf({ nodes }: Frontier, pair: HashPair): Uint8Array | null {
  let root: Uint8Array | null = null;
  for (const node of nodes.toReversed()) root = root === null ? node : pair(node, root);
  return root;
}

type Tree = { readonly leaf: LeafAt; readonly pair: HashPair };

/** The root of the leaves from `from` to before `to`. @see RFC 6962, section 2.1 */
export function subtree(tree: Tree, from: number, to: number): Uint8Array {
  if (to - from === 1) return tree.leaf(from);
  const middle = from + splitOf(to - from);
  return tree.pair(subtree(tree, from, middle), subtree(tree, middle, to));
}

/** The largest power of two below. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** That a leaf is in a tree: the hashes beside its way to the root. @see RFC 6962, section 2.1.1 */
export function inclusionProof(
  tree: Tree,
  index: number,
  [from, to]: readonly [from: number, to: number],
): readonly Uint8Array[] {
  if (to - from <= 1) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...inclusionProof(tree, index, [from, middle]), subtree(tree, middle, to)]
    : [...inclusionProof(tree, index, [middle, to]), subtree(tree, from, middle)];
}

/** The root that a leaf and its proof lead to; null where the proof is of another tree. @see RFC 9162, section 2.1.3.2 */
export function rootByInclusion(
  {
    index,
    size,
    leaf,
  }: { readonly index: number; readonly size: number; readonly leaf: Uint8Array },
  proof: readonly Uint8Array[],
  pair: HashPair,
): Uint8Array | null {
  if (index >= size) return null;
  let [at, last, root] = [index, size - 1, leaf];
  for (const node of proof) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      root = pair(node, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else root = pair(root, node);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root : null;
}

const half = (size: number): number => Math.floor(size / 2);

/** That a tree of `size` leaves grew out of its first `first`. @see RFC 6962, section 2.1.2 */
export function consistencyProof(tree: Tree, first: number, size: number): readonly Uint8Array[] {
  if (first === 0 || first === size) return [];
  return consistent(tree, first, { from: 0, to: size, isWhole: true });
}

function consistent(
  tree: Tree,
  first: number,
  part: { readonly from: number; readonly to: number; readonly isWhole: boolean },
): readonly Uint8Array[] {
  const { from, to, isWhole } = part;
  if (first === to - from) return isWhole ? [] : [subtree(tree, from, to)];
  const split = splitOf(to - from);
  const middle = from + split;
  return first <= split
    ? [...consistent(tree, first, { from, to: middle, isWhole }), subtree(tree, middle, to)]
    : [
        ...consistent(tree, first - split, { from: middle, to, isWhole: false }),
        subtree(tree, from, middle),
      ];
}

type Grown = {
  readonly first: number;
  readonly size: number;
  readonly firstRoot: Uint8Array;
  readonly root: Uint8Array;
};

/** Whether a proof shows that a tree of this root grew out of that one. @see RFC 9162, section 2.1.4.2 */
export function isConsistent(grown: Grown, proof: readonly Uint8Array[], pair: HashPair): boolean {
  const { first, size, firstRoot, root } = grown;
  if (first === size) return proof.length === 0 && isSame(firstRoot, root);
  if (first === 0) return proof.length === 0;
  if (first > size) return false;
  const path = isPower(first) ? [firstRoot, ...proof] : [...proof];
  const roots = rootsBy(path, { first, size }, pair);
  return roots !== null && isSame(roots.before, firstRoot) && isSame(roots.now, root);
}

/** The roots of both trees that a path leads to; null where it is of other trees. */
function rootsBy(
  [start, ...rest]: readonly Uint8Array[],
  { first, size }: Pick<Grown, "first" | "size">,
  pair: HashPair,
): { readonly before: Uint8Array; readonly now: Uint8Array } | null {
  if (start === undefined) return null;
  let [at, last] = [first - 1, size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [before, now] = [start, start];
  for (const node of rest) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      [before, now] = [pair(node, before), pair(node, now)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else now = pair(now, node);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? { before, now } : null;
}

function isPower(size: number): boolean {
  return 2 ** Math.round(Math.log2(size)) === size;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
