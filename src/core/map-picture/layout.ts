import { COLUMNS, type Picture, type PictureNode } from "./picture.ts";

export const BOX_WIDTH = 194;
export const COLUMN_GAP = 70;
export const MARGIN = 28;
/** Above the first box: the title and the names of the columns. */
export const TOP = 104;
const BOX_GAP = 14;
export const TITLE_HEIGHT = 26;
export const LINE_HEIGHT = 15;
/** Sweeps over the columns: each puts boxes near what they are joined to. */
const SWEEPS = 12;
/** Characters of a line in a box; the rest goes on in the next. */
export const LINE_CHARACTERS_MOST = 29;
/** Lines in a box. */
const LINES_MOST = 6;

/** A box where it stands. */
export type Placed = PictureNode & {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** Its lines, cut to its width. */
  readonly shown: readonly string[];
  /** How many of the last lines are its warning. */
  readonly warned: number;
};

export type Layout = {
  readonly boxes: ReadonlyMap<string, Placed>;
  readonly width: number;
  readonly height: number;
};

/**
 * Boxes in their columns, in an order that crosses few lines: each sweep puts every box at the mean
 * place of those it is joined to, from the left and from the right in turn. Tools stay by their level.
 *
 * @see Sugiyama, Tagawa, Toda, Methods for Visual Understanding of Hierarchical System Structures, 1981
 */
export function layoutOf({ nodes, edges }: Picture): Layout {
  const columns = COLUMNS.map((_, column) => nodes.filter((node) => node.column === column));
  const joined = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) {
    joined.get(from)?.push(to);
    joined.get(to)?.push(from);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const order = sweep % 2 === 0 ? columns : columns.toReversed();
    for (const column of order) sortColumn(column, { columns, joined });
  }
  return placed(columns, joined);
}

type Sorting = {
  readonly columns: readonly PictureNode[][];
  readonly joined: ReadonlyMap<string, readonly string[]>;
};

function sortColumn(column: PictureNode[], { columns, joined }: Sorting): void {
  const place = new Map<string, number>();
  for (const nodes of columns)
    nodes.forEach(({ id }, at) => place.set(id, (at + 0.5) / nodes.length));
  const mean = new Map(
    column.map(({ id }) => {
      const near = (joined.get(id) ?? []).map((other) => place.get(other) ?? 0);
      const own = place.get(id) ?? 0;
      return [id, near.length === 0 ? own : near.reduce((sum, at) => sum + at, 0) / near.length];
    }),
  );
  column.sort((one, other) => {
    const byLevel = one.column === 3 ? levelOf(one) - levelOf(other) : 0;
    return byLevel || (mean.get(one.id) ?? 0) - (mean.get(other.id) ?? 0);
  });
}

const LEVEL_ORDER: readonly (string | null)[] = [
  "reference",
  "case",
  "draft",
  "record",
  "external",
];

function levelOf({ level }: PictureNode): number {
  return LEVEL_ORDER.indexOf(level);
}

function placed(columns: readonly PictureNode[][], joined: Sorting["joined"]): Layout {
  const sized = columns.map((column) => column.map(sizedBox));
  const heights = sized.map((column) =>
    column.reduce((sum, { height }) => sum + height + BOX_GAP, -BOX_GAP),
  );
  const tallest = Math.max(0, ...heights);
  const boxes = new Map<string, Placed>();
  // The fullest column stands as it is; those beside it lean towards what they are joined to.
  const fullest = heights.indexOf(tallest);
  const outwards = sized
    .map((_, at) => at)
    .toSorted((one, other) => Math.abs(one - fullest) - Math.abs(other - fullest));
  for (const at of outwards) {
    const x = MARGIN + at * (BOX_WIDTH + COLUMN_GAP);
    const column = sized[at] ?? [];
    const wanted = column.map(({ id, height }) => {
      const near = (joined.get(id) ?? []).flatMap((other) => boxes.get(other) ?? []);
      const middle = near.reduce((sum, box) => sum + box.y + box.height / 2, 0) / near.length;
      return near.length === 0 ? null : middle - height / 2;
    });
    for (const box of stacked(column, wanted, { tallest, x })) boxes.set(box.id, box);
  }
  const width = MARGIN * 2 + COLUMNS.length * BOX_WIDTH + (COLUMNS.length - 1) * COLUMN_GAP;
  return { boxes, width, height: TOP + tallest + MARGIN + 30 };
}

type Sized = Omit<Placed, "x" | "y">;

/** Each as near to where it is wanted as the one above and those below leave room. */
function stacked(
  column: readonly Sized[],
  wanted: readonly (number | null)[],
  { tallest, x }: { readonly tallest: number; readonly x: number },
): readonly Placed[] {
  const bottom = TOP + tallest;
  let below = column.reduce((sum, { height }) => sum + height + BOX_GAP, -BOX_GAP);
  let from = TOP;
  return column.map((box, at): Placed => {
    const latest = bottom - below;
    const centred = TOP + (tallest - below) / 2;
    const y = Math.max(from, Math.min(latest, wanted[at] ?? Math.max(from, centred)));
    from = y + box.height + BOX_GAP;
    below -= box.height + BOX_GAP;
    return { ...box, x, y };
  });
}

function sizedBox(node: PictureNode): Sized {
  const lines = node.lines.flatMap(folded);
  const warning = node.warning === null ? [] : folded(node.warning);
  const shown = [...lines.slice(0, LINES_MOST), ...warning];
  const height = TITLE_HEIGHT + shown.length * LINE_HEIGHT + (shown.length > 0 ? 8 : 4);
  return { ...node, shown, warned: warning.length, height };
}

/** A line broken at spaces. */
function folded(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > LINE_CHARACTERS_MOST) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map(cut);
}

export function cut(text: string): string {
  return text.length > LINE_CHARACTERS_MOST ? `${text.slice(0, LINE_CHARACTERS_MOST - 1)}…` : text;
}
