import { cut, pad, widthOf } from "./text.ts";

export type Cell = { readonly text: string; readonly paint?: (text: string) => string };

export type Column = {
  readonly title: string;
  /** May be cut to so many columns where there is little room. */
  readonly least?: number;
  /** Left out where there is even less; the highest goes first. Without it, it always stays. */
  readonly goes?: number;
};

const LAST_COLUMNS_LEAST = 10;

/**
 * Rows under their titles, each column as wide as its widest cell. Where that is wider than
 * `columns`, those that may be cut are, and then those that may go are left out; the last is cut to
 * what is left. A column in which nothing stands is left out.
 */
export function tableLines(
  heads: readonly Column[],
  rows: readonly (readonly Cell[])[],
  columns: number,
): readonly string[] {
  const full: readonly Shown[] = heads
    .map((head, at) => ({ head, cells: rows.map((row) => row[at] ?? { text: "" }) }))
    .filter(({ cells }) => rows.length === 0 || cells.some(({ text }) => text !== ""))
    .map(({ head, cells }) => {
      const width = Math.max(widthOf(head.title), ...cells.map(({ text }) => widthOf(text)));
      return { head, cells, width };
    });
  const shown = fitted(full, columns);
  const last = shown.length - 1;
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, paint = (same) => same }, at) => {
        const width = shown[at]?.width ?? 0;
        return paint(at === last ? cut(text, width) : pad(cut(text, width), width));
      })
      .join("  ")
      .trimEnd();
  return [
    line(shown.map(({ head }) => ({ text: head.title }))),
    ...rows.map((_, row) => line(shown.map(({ cells }) => cells[row] ?? { text: "" }))),
  ];
}

type Shown = { readonly head: Column; readonly cells: readonly Cell[]; readonly width: number };

function fitted(all: readonly Shown[], columns: number): readonly Shown[] {
  const slim = slimmed(all, widthOfRow(all) - columns);
  const [goes] = slim
    .filter(({ head }) => head.goes !== undefined)
    .toSorted((one, two) => (two.head.goes ?? 0) - (one.head.goes ?? 0));
  if (widthOfRow(slim) <= columns || goes === undefined) return slim;
  return fitted(
    all.filter(({ head }) => head !== goes.head),
    columns,
  );
}

/** Takes off so many columns, the last cells first, as far as they may be cut. */
function slimmed(all: readonly Shown[], columns: number): readonly Shown[] {
  let over = columns;
  const slim = all.toReversed().map((one, at) => {
    const { title, least = at === 0 ? LAST_COLUMNS_LEAST : one.width } = one.head;
    const spare = Math.max(0, one.width - Math.max(least, widthOf(title)));
    const off = Math.min(spare, Math.max(0, over));
    over -= off;
    return { ...one, width: one.width - off };
  });
  return slim.toReversed();
}

function widthOfRow(row: readonly Shown[]): number {
  return row.reduce((sum, { width }) => sum + width + 2, -2);
}
