/**
 * A persistent map: every change gives a new one and leaves the old as it was, so that a decision
 * that was not committed is simply dropped. Up to `SMALL_MOST` entries it is an array; above, a hash
 * trie of 32 branches whose changes copy one path. It iterates in no order that means anything:
 * whatever people see must be sorted.
 */
export type Table<K extends string | number, V> = {
  readonly size: number;
  /** Keys and values in turn, or the root of the trie. */
  readonly root: readonly (K | V)[] | Branch<K, V>;
};

type Branch<K, V> = { readonly bits: number; readonly kids: readonly Node<K, V>[] };
type Leaf<K, V> = { readonly key: K; readonly hash: number; readonly value: V };
type Clash<K, V> = { readonly hash: number; readonly leaves: readonly Leaf<K, V>[] };
type Node<K, V> = Branch<K, V> | Leaf<K, V> | Clash<K, V>;

const SMALL_MOST = 16;
const EMPTY: Table<never, never> = { size: 0, root: [] };

export function emptyTable<K extends string | number, V>(): Table<K, V> {
  return EMPTY as unknown as Table<K, V>;
}

export function get<K extends string | number, V>(table: Table<K, V>, key: K): V | undefined {
  const root = table.root;
  if (isSmall(root)) {
    const at = placeIn(root, key);
    return at < 0 ? undefined : (root[at + 1] as V);
  }
  return find(root, key, hashOf(key));
}

export function set<K extends string | number, V>(
  table: Table<K, V>,
  key: K,
  value: V,
): Table<K, V> {
  const root = table.root;
  if (!isSmall(root)) {
    const grown = { by: 0 };
    const next = insert(root, { key, hash: hashOf(key), value }, { shift: 0, grown });
    return { size: table.size + grown.by, root: next as Branch<K, V> };
  }
  const at = placeIn(root, key);
  if (at >= 0) {
    const copy = root.slice();
    copy[at + 1] = value;
    return { size: table.size, root: copy };
  }
  if (table.size < SMALL_MOST) return { size: table.size + 1, root: appended(root, key, value) };
  return set(planted<K, V>(root), key, value);
}

/**
 * Where a key stands, or -1. Numbers and texts are looked for apart: a comparison that has met both is
 * several times slower than one that has met only one of them.
 */
function placeIn<K, V>(root: readonly (K | V)[], key: K): number {
  if (typeof key === "number") {
    for (let at = 0; at < root.length; at += 2) if (root[at] === key) return at;
  } else {
    for (let at = 0; at < root.length; at += 2) if (root[at] === key) return at;
  }
  return -1;
}

/** Made in its final size: what a list keeps free to grow is more than most of these lists hold. */
function appended<K, V>(root: readonly (K | V)[], key: K, value: V): (K | V)[] {
  const copy = new Array<K | V>(root.length + 2);
  for (let at = 0; at < root.length; at++) copy[at] = root[at] as K | V;
  copy[root.length] = key;
  copy[root.length + 1] = value;
  return copy;
}

function lessened<K, V>(root: readonly (K | V)[], gone: number): (K | V)[] {
  const copy = new Array<K | V>(root.length - 2);
  for (let at = 0; at < gone; at++) copy[at] = root[at] as K | V;
  for (let at = gone + 2; at < root.length; at++) copy[at - 2] = root[at] as K | V;
  return copy;
}

export function remove<K extends string | number, V>(table: Table<K, V>, key: K): Table<K, V> {
  const root = table.root;
  if (isSmall(root)) {
    const at = placeIn(root, key);
    if (at < 0) return table;
    return table.size === 1 ? emptyTable() : { size: table.size - 1, root: lessened(root, at) };
  }
  const next = without(root, key, { hash: hashOf(key), shift: 0 });
  if (next === root) return table;
  if (table.size - 1 > SMALL_MOST / 2 && next !== null)
    return { size: table.size - 1, root: next as Branch<K, V> };
  const flat: (K | V)[] = [];
  if (next !== null) for (const [k, v] of walk(next)) flat.push(k, v);
  return { size: flat.length / 2, root: flat };
}

/** All entries, in no order that means anything. */
export function* entries<K extends string | number, V>(
  table: Table<K, V>,
): Generator<readonly [K, V]> {
  const root = table.root;
  if (!isSmall(root)) return yield* walk(root);
  for (let at = 0; at < root.length; at += 2) yield [root[at] as K, root[at + 1] as V];
}

/** Whether any value is so: what is asked at every decision makes no iterator. */
export function some<K extends string | number, V>(
  table: Table<K, V>,
  is: (value: V) => boolean,
): boolean {
  const root = table.root;
  if (isSmall(root)) {
    for (let at = 1; at < root.length; at += 2) if (is(root[at] as V)) return true;
    return false;
  }
  for (const [, value] of walk(root)) if (is(value)) return true;
  return false;
}

function isSmall<K, V>(root: readonly (K | V)[] | Branch<K, V>): root is readonly (K | V)[] {
  return Array.isArray(root);
}

function planted<K extends string | number, V>(flat: readonly (K | V)[]): Table<K, V> {
  let root: Branch<K, V> = { bits: 0, kids: [] };
  const grown = { by: 0 };
  for (let at = 0; at < flat.length; at += 2) {
    const key = flat[at] as K;
    root = insert(
      root,
      { key, hash: hashOf(key), value: flat[at + 1] as V },
      { shift: 0, grown },
    ) as Branch<K, V>;
  }
  return { size: grown.by, root };
}

function find<K, V>(start: Node<K, V>, key: K, hash: number): V | undefined {
  let node: Node<K, V> | undefined = start;
  for (let shift = 0; node !== undefined; shift += 5) {
    if ("kids" in node) {
      const bit = 1 << ((hash >>> shift) & 31);
      node = node.bits & bit ? node.kids[rank(node.bits, bit)] : undefined;
    } else if ("leaves" in node) return node.leaves.find((leaf) => leaf.key === key)?.value;
    else return node.key === key ? node.value : undefined;
  }
  return undefined;
}

type Descent = { readonly shift: number; readonly grown: { by: number } };

function insert<K, V>(node: Node<K, V>, leaf: Leaf<K, V>, descent: Descent): Node<K, V> {
  if ("kids" in node) {
    const bit = 1 << ((leaf.hash >>> descent.shift) & 31);
    const at = rank(node.bits, bit);
    const kids = node.kids.slice();
    const kid = node.kids[at];
    if (node.bits & bit && kid !== undefined) {
      kids[at] = insert(kid, leaf, { shift: descent.shift + 5, grown: descent.grown });
      return { bits: node.bits, kids };
    }
    kids.splice(at, 0, leaf);
    descent.grown.by++;
    return { bits: node.bits | bit, kids };
  }
  if ("leaves" in node) return clashed(node, leaf, descent);
  if (node.key === leaf.key) return leaf;
  return parted(node, leaf, descent);
}

/** Two leaves in one place: a branch between them, or a clash where their whole hashes are equal. */
function parted<K, V>(one: Leaf<K, V>, two: Leaf<K, V>, descent: Descent): Node<K, V> {
  if (one.hash === two.hash) {
    descent.grown.by++;
    return { hash: one.hash, leaves: [one, two] };
  }
  const single = 1 << ((one.hash >>> descent.shift) & 31);
  return insert({ bits: single, kids: [one] }, two, descent);
}

function clashed<K, V>(node: Clash<K, V>, leaf: Leaf<K, V>, descent: Descent): Node<K, V> {
  if (node.hash !== leaf.hash) {
    const single = 1 << ((node.hash >>> descent.shift) & 31);
    return insert({ bits: single, kids: [node] }, leaf, descent);
  }
  const at = node.leaves.findIndex((other) => other.key === leaf.key);
  if (at < 0) descent.grown.by++;
  return { hash: node.hash, leaves: at < 0 ? [...node.leaves, leaf] : node.leaves.with(at, leaf) };
}

type Search = { readonly hash: number; readonly shift: number };

function without<K, V>(node: Node<K, V>, key: K, search: Search): Node<K, V> | null {
  if ("kids" in node) return pruned(node, key, search);
  if ("leaves" in node) {
    const rest = node.leaves.filter((leaf) => leaf.key !== key);
    if (rest.length === node.leaves.length) return node;
    return rest.length === 1 ? (rest[0] ?? null) : { hash: node.hash, leaves: rest };
  }
  return node.key === key ? null : node;
}

function pruned<K, V>(node: Branch<K, V>, key: K, search: Search): Node<K, V> | null {
  const bit = 1 << ((search.hash >>> search.shift) & 31);
  const at = rank(node.bits, bit);
  const kid = node.kids[at];
  if (!(node.bits & bit) || kid === undefined) return node;
  const rest = without(kid, key, { hash: search.hash, shift: search.shift + 5 });
  if (rest === kid) return node;
  if (rest !== null) return { bits: node.bits, kids: node.kids.with(at, rest) };
  if (node.kids.length === 1) return search.shift === 0 ? { bits: 0, kids: [] } : null;
  return { bits: node.bits & ~bit, kids: node.kids.toSpliced(at, 1) };
}

function* walk<K, V>(node: Node<K, V>): Generator<readonly [K, V]> {
  if ("kids" in node) for (const kid of node.kids) yield* walk(kid);
  else if ("leaves" in node) for (const leaf of node.leaves) yield [leaf.key, leaf.value];
  else yield [node.key, node.value];
}

function rank(bits: number, bit: number): number {
  let n = bits & (bit - 1);
  n -= (n >>> 1) & 0x55555555;
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Numbers are spread by a multiplication, texts by FNV-1a. */
function hashOf(key: string | number): number {
  if (typeof key === "number") return Math.imul(key ^ (key >>> 15), 0x9e3779b1) >>> 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
