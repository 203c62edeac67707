/**
 * A persistent list with places by number, for the results of an `each`: a tree of 32 branches. A
 * full subtree never changes again, so a snapshot writes it once and names it afterwards.
 */
export type Row<V> = { readonly length: number; readonly depth: number; readonly root: RowNode<V> };
type RowNode<V> = readonly (V | RowNode<V> | undefined)[];

const BITS = 5;
const MASK = 31;
const EMPTY: Row<never> = { length: 0, depth: 0, root: [] };

/** @param length how many places there will be; all are empty at first */
export function emptyRow<V>(length: number): Row<V> {
  let depth = 0;
  while (length > 1 << (BITS * (depth + 1))) depth++;
  return length === 0 ? EMPTY : { length, depth, root: [] };
}

export function put<V>(row: Row<V>, at: number, value: V): Row<V> {
  return {
    length: row.length,
    depth: row.depth,
    root: placed(row.root, { depth: row.depth, at }, value),
  };
}

export function at<V>(row: Row<V>, index: number): V | undefined {
  let node: RowNode<V> | undefined = row.root;
  for (let depth = row.depth; depth > 0 && node !== undefined; depth--) {
    node = node[(index >>> (BITS * depth)) & MASK] as RowNode<V> | undefined;
  }
  return node?.[index & MASK] as V | undefined;
}

/** Every place in order, the empty ones too. */
export function* places<V>(row: Row<V>): Generator<V | undefined> {
  for (let index = 0; index < row.length; index++) yield at(row, index);
}

function placed<V>(node: RowNode<V>, to: { depth: number; at: number }, value: V): RowNode<V> {
  const slot = (to.at >>> (BITS * to.depth)) & MASK;
  const copy = node.slice();
  while (copy.length < slot) copy.push(undefined);
  copy[slot] =
    to.depth === 0
      ? value
      : placed(
          (node[slot] as RowNode<V> | undefined) ?? [],
          { depth: to.depth - 1, at: to.at },
          value,
        );
  return copy;
}

/** Items in a page of a snapshot: a subtree of two levels. */
const PAGE = 1 << (BITS * 2);

/** A list cut into pages. `node` is another object when anything in its page has changed. */
export function* pagesOf<V>(row: Row<V>): Generator<Page<V>> {
  for (let from = 0; from < row.length; from += PAGE) {
    const end = Math.min(from + PAGE, row.length);
    yield {
      node: pageNode(row, from),
      isFull: end - from === PAGE,
      values: () => slice(row, from, end),
    };
  }
}

export type Page<V> = {
  readonly node: object | null;
  /** It has all its places, though some may be empty. */
  readonly isFull: boolean;
  readonly values: () => readonly (V | undefined)[];
};

function slice<V>(row: Row<V>, from: number, end: number): readonly (V | undefined)[] {
  const values: (V | undefined)[] = [];
  for (let index = from; index < end; index++) values.push(at(row, index));
  return values;
}

export function rowFrom<V>(values: readonly (V | undefined)[]): Row<V> {
  const empty = emptyRow<V>(values.length);
  let level: RowNode<V>[] = chunks(values);
  for (let depth = 0; depth < empty.depth; depth++) level = chunks(level);
  return { length: values.length, depth: empty.depth, root: level[0] ?? [] };
}

function chunks<T>(values: readonly T[]): T[][] {
  const made: T[][] = [];
  for (let from = 0; from < values.length; from += MASK + 1)
    made.push(values.slice(from, from + MASK + 1));
  return made;
}

function pageNode<V>(row: Row<V>, from: number): object | null {
  let node: RowNode<V> | undefined = row.root;
  for (let depth = row.depth; depth > 1 && node !== undefined; depth--) {
    node = node[(from >>> (BITS * depth)) & MASK] as RowNode<V> | undefined;
  }
  return row.depth >= 1 ? (node ?? null) : null;
}
