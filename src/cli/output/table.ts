import { cut, pad, widthOf } from "./text.ts";

export type Cell = { readonly text: string; readonly paint?: (text: string) => string };

/** Rows under their titles, each column as wide as its widest cell; the last is cut to the width. */
export function tableLines(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns: number,
): readonly string[] {
  const widths = titles.map((title, at) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[at]?.text ?? ""))),
  );
  const last = titles.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, paint = (same) => same }, at) =>
        paint(at === last ? cut(text, Math.max(10, columns - before)) : pad(text, widths[at] ?? 0)),
      )
      .join("  ")
      .trimEnd();
  return [line(titles.map((text) => ({ text }))), ...rows.map(line)];
}
