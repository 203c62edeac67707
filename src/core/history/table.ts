/**
 * A persistent table: setting an entry gives a new table and leaves the old one as it was, at the
 * cost of one path through a trie of 32 branches. A history of 100,000 items is folded event by
 * event, and a copied record would cost each event all of them.
 */
export type Table<K extends string | number, Value> = {
  readonly size: number;
  readonly root: Node<K, Value> | null;
};

type Leaf<K, Value> = {
  readonly hash: number;
  /** More than one only where hashes are equal. */
  readonly entries: readonly (readonly [K, Value])[];
};
type Branch<K, Value> = { readonly bits: number; readonly nodes: readonly Node<K, Value>[] };
type Node<K, Value> = Leaf<K, Value> | Branch<K, Value>;

const BITS = 5;
const MASK = 31;

export function emptyTable<K extends string | number, Value>(): Table<K, Value> {
  return { size: 0, root: null };
}

export function get<K extends string | number, Value>(
  table: Table<K, Value>,
  key: K,
): Value | undefined {
  const hash = hashOf(key);
  let node = table.root;
  for (let shift = 0; node && "bits" in node; shift += BITS) {
    const bit = 1 << ((hash >>> shift) & MASK);
    node = node.bits & bit ? (node.nodes[below(node.bits, bit)] ?? null) : null;
  }
  return node?.hash === hash ? node.entries.find(([name]) => name === key)?.[1] : undefined;
}

export function set<K extends string | number, Value>(
  table: Table<K, Value>,
  key: K,
  value: Value,
): Table<K, Value> {
  const leaf = { hash: hashOf(key), entries: [[key, value] as const] };
  const grown = get(table, key) === undefined ? 1 : 0;
  return { size: table.size + grown, root: table.root ? put(table.root, leaf, 0) : leaf };
}

export function remove<K extends string | number, Value>(
  table: Table<K, Value>,
  key: K,
): Table<K, Value> {
  if (!table.root || get(table, key) === undefined) return table;
  return { size: table.size - 1, root: cut(table.root, { key, hash: hashOf(key) }, 0) };
}

/** In no order that means anything: sort where order matters. */
export function* entries<K extends string | number, Value>(
  table: Table<K, Value>,
): Generator<readonly [K, Value]> {
  const open: Node<K, Value>[] = table.root ? [table.root] : [];
  for (let node = open.pop(); node; node = open.pop()) {
    if ("bits" in node) open.push(...node.nodes);
    else yield* node.entries;
  }
}

function put<K extends string | number, Value>(
  node: Node<K, Value>,
  leaf: Leaf<K, Value>,
  shift: number,
): Node<K, Value> {
  if (!("bits" in node)) {
    if (node.hash !== leaf.hash) return put(branchOf(node, shift), leaf, shift);
    const [entry] = leaf.entries;
    const others = node.entries.filter(([key]) => key !== entry?.[0]);
    return { hash: leaf.hash, entries: [...others, ...leaf.entries] };
  }
  const bit = 1 << ((leaf.hash >>> shift) & MASK);
  const at = below(node.bits, bit);
  const child = node.nodes[at];
  if (node.bits & bit && child)
    return { bits: node.bits, nodes: node.nodes.with(at, put(child, leaf, shift + BITS)) };
  return { bits: node.bits | bit, nodes: node.nodes.toSpliced(at, 0, leaf) };
}

function branchOf<K extends string | number, Value>(
  leaf: Leaf<K, Value>,
  shift: number,
): Branch<K, Value> {
  return { bits: 1 << ((leaf.hash >>> shift) & MASK), nodes: [leaf] };
}

type Named<K> = { readonly key: K; readonly hash: number };

function cut<K extends string | number, Value>(
  node: Node<K, Value>,
  named: Named<K>,
  shift: number,
): Node<K, Value> | null {
  if (!("bits" in node)) {
    const entries = node.entries.filter(([key]) => key !== named.key);
    return entries.length > 0 ? { hash: node.hash, entries } : null;
  }
  const bit = 1 << ((named.hash >>> shift) & MASK);
  const at = below(node.bits, bit);
  const child = node.nodes[at];
  if (!child) return node;
  const left = cut(child, named, shift + BITS);
  if (left) return { bits: node.bits, nodes: node.nodes.with(at, left) };
  const bits = node.bits & ~bit;
  return bits === 0 ? null : { bits, nodes: node.nodes.toSpliced(at, 1) };
}

/** How many branches stand before this bit's. */
function below(bits: number, bit: number): number {
  let rest = bits & (bit - 1);
  rest -= (rest >>> 1) & 0x55555555;
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Numbers are spread by a multiplication, texts by FNV-1a with its high bits stirred into the low ones. */
function hashOf(key: string | number): number {
  if (typeof key === "number") return Math.imul(key ^ (key >>> 15), 0x9e3779b1) >>> 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1)
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
