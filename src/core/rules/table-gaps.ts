import type { Axis } from "./axis.ts";

/** Pieces of all columns together; a larger table is not gone through. */
export const REGIONS_MOST = 200_000;

/** What a table leaves open, takes twice or never takes. */
export type TableGaps = {
  readonly regions: number;
  /** Regions that no row takes, and one of them in words. */
  readonly open: number;
  readonly example: string;
  /** Rows by their index. */
  readonly overlaps: readonly {
    readonly one: number;
    readonly other: number;
    readonly example: string;
  }[];
  /** Rows that are never hit, with the rows before them that take all that they mean. */
  readonly unreachable: readonly { readonly row: number; readonly by: readonly number[] }[];
};

/**
 * Goes through every combination of pieces of the columns.
 *
 * @param rows how many there are, in order; the one that is hit where no other is, left out
 * @returns null where there are too many
 */
export function gapsOf(axes: readonly Axis[], rows: number): TableGaps | null {
  const regions = axes.reduce((product, { pieces }) => product * pieces.length, 1);
  if (regions > REGIONS_MOST) return null;
  const seen: Seen = {
    open: 0,
    example: null,
    overlaps: new Map(),
    hit: new Set(),
    before: new Map(),
  };
  const all = Array.from({ length: rows }, (_, row) => row);
  visit(axes, { depth: 0, alive: all, at: [] }, seen);
  return {
    regions,
    open: seen.open,
    example: seen.example === null ? "" : told(axes, seen.example),
    overlaps: [...seen.overlaps.values()].map(({ one, other, at }) => ({
      one,
      other,
      example: told(axes, at),
    })),
    unreachable: all
      .filter((row) => !seen.hit.has(row))
      .map((row) => ({ row, by: [...(seen.before.get(row) ?? [])] })),
  };
}

type Seen = {
  open: number;
  example: readonly number[] | null;
  readonly overlaps: Map<string, { one: number; other: number; at: readonly number[] }>;
  /** Rows that are the first somewhere. */
  readonly hit: Set<number>;
  /** For each row the rows that stand before it somewhere. */
  readonly before: Map<number, Set<number>>;
};

type Here = {
  readonly depth: number;
  readonly alive: readonly number[];
  readonly at: readonly number[];
};

function visit(axes: readonly Axis[], { depth, alive, at }: Here, seen: Seen): void {
  const axis = axes[depth];
  if (axis === undefined) return note(alive, at, seen);
  if (alive.length === 0) {
    seen.open += axes.slice(depth).reduce((product, { pieces }) => product * pieces.length, 1);
    seen.example ??= [...at, ...axes.slice(depth).map(() => 0)];
    return;
  }
  for (const piece of axis.pieces.keys()) {
    const left = alive.filter((row) => axis.taken[row]?.[piece] === true);
    visit(axes, { depth: depth + 1, alive: left, at: [...at, piece] }, seen);
  }
}

function note(alive: readonly number[], at: readonly number[], seen: Seen): void {
  const [first, ...others] = alive;
  if (first === undefined) {
    seen.open += 1;
    seen.example ??= at;
    return;
  }
  seen.hit.add(first);
  for (const other of others) {
    const before = seen.before.get(other) ?? new Set();
    seen.before.set(other, before.add(first));
    const pair = `${first} ${other}`;
    if (!seen.overlaps.has(pair)) seen.overlaps.set(pair, { one: first, other, at });
  }
}

function told(axes: readonly Axis[], at: readonly number[]): string {
  return axes.map(({ column, pieces }, index) => `${column} ${pieces[at[index] ?? 0]}`).join(", ");
}
