import type { Level } from "../map/index.ts";
import { LEVELS } from "../map/index.ts";
import {
  BOX_WIDTH,
  COLUMN_GAP,
  cut,
  type Layout,
  LINE_HEIGHT,
  layoutOf,
  MARGIN,
  type Placed,
  TITLE_HEIGHT,
  TOP,
} from "./layout.ts";
import { COLUMNS, type Picture, type PictureEdge } from "./picture.ts";

/** Of each level: a colour for its bar, and one for its box. */
const COLOURS: Readonly<Record<Level, readonly [bar: string, box: string]>> = {
  reference: ["#8a94a6", "#f6f7f9"],
  case: ["#3b82c4", "#f1f7fd"],
  draft: ["#2f9e8f", "#f0faf8"],
  record: ["#c08a1e", "#fdf8ec"],
  external: ["#c2453d", "#fdf2f1"],
};
const INK = "#1f2733";
const MUTED = "#5b6675";
const LINE = "#b3bdca";
const ASKED = "#c2453d";
const FREE = "#2f9e8f";

/** The picture as an SVG that needs nothing else: no script, no font, no address. */
export function svgOf(picture: Picture, { caption }: { readonly caption: string }): string {
  const layout = layoutOf(picture);
  const { width, height, boxes } = layout;
  const title = `${picture.company || "A company"}: work command map`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="36" font-size="20" font-weight="600" fill="${INK}">${escaped(title)}</text>`,
    `<text x="${MARGIN}" y="56" font-size="12" fill="${MUTED}">${escaped(caption)}</text>`,
    ...legend(width),
    ...COLUMNS.map((name, at) => columnHead(name, columnX(at))),
    ...picture.edges.map((edge) => edgeOf(edge, layout)),
    ...[...boxes.values()].map(boxOf),
    "</svg>",
    "",
  ].join("\n");
}

function columnX(at: number): number {
  return MARGIN + at * (BOX_WIDTH + COLUMN_GAP);
}

function columnHead(name: string, x: number): string {
  return `<text x="${x}" y="${TOP - 18}" font-size="11" letter-spacing="0.8" fill="${MUTED}">${escaped(name.toUpperCase())}</text>`;
}

function legend(width: number): readonly string[] {
  const keys = [
    ...LEVELS.map((level) => [level, COLOURS[level][0], "box"] as const),
    ["a person decides", ASKED, "line"] as const,
    ["a rule permits it", FREE, "line"] as const,
  ];
  let x = width - MARGIN - keys.reduce((sum, [name]) => sum + name.length * 6.4 + 34, 0);
  return keys.map(([name, colour, kind]) => {
    const mark =
      kind === "box"
        ? `<rect x="${x}" y="27" width="12" height="12" rx="3" fill="${colour}"/>`
        : `<path d="M${x - 2} 33h16" stroke="${colour}" stroke-width="2.2"${name.startsWith("a rule") ? ' stroke-dasharray="4 3"' : ""}/>`;
    const text = `<text x="${x + 18}" y="37" font-size="11.5" fill="${MUTED}">${name}</text>`;
    x += name.length * 6.4 + 34;
    return mark + text;
  });
}

function boxOf(box: Placed): string {
  const { x, y, height, title, level, shown, warned } = box;
  const [bar, fill] = level === null ? [LINE, "#ffffff"] : COLOURS[level];
  const lines = shown.map((line, at) => {
    const isWarning = at >= shown.length - warned;
    const colour = isWarning ? ASKED : MUTED;
    return `<text x="${x + 14}" y="${y + TITLE_HEIGHT + 9 + at * LINE_HEIGHT}" font-size="11" fill="${colour}"${isWarning ? ' font-weight="600"' : ""}>${escaped(line)}</text>`;
  });
  return [
    "<g>",
    `<title>${escaped([title, ...box.lines, ...(box.warning === null ? [] : [box.warning])].join("\n"))}</title>`,
    `<rect x="${x}" y="${y}" width="${BOX_WIDTH}" height="${height}" rx="7" fill="${fill}" stroke="${warned > 0 ? ASKED : LINE}"${warned > 0 ? ' stroke-dasharray="5 3"' : ""}/>`,
    `<path d="M${x + 7} ${y}h-1a6 6 0 0 0 -6 6v${height - 12}a6 6 0 0 0 6 6h1z" fill="${bar}" transform="translate(0.5 0)" clip-path="inset(0 0 0 0)"/>`,
    `<text x="${x + 14}" y="${y + 19}" font-size="13" font-weight="600" fill="${INK}">${escaped(cut(title))}</text>`,
    ...lines,
    "</g>",
  ].join("");
}

/** From the right side of one box to the left side of another, in a curve. */
function edgeOf({ from, to, kind }: PictureEdge, { boxes }: Layout): string {
  const [one, other] = [boxes.get(from), boxes.get(to)];
  if (one === undefined || other === undefined) return "";
  const x1 = one.x + BOX_WIDTH;
  const y1 = one.y + Math.min(one.height / 2, 22);
  const x2 = other.x;
  const y2 = other.y + Math.min(other.height / 2, 22);
  const bend = Math.max(34, (x2 - x1) / 2);
  const style =
    kind === "plain"
      ? `stroke="${LINE}" stroke-width="1.3"`
      : kind === "asked"
        ? `stroke="${ASKED}" stroke-width="1.6" stroke-opacity="0.75"`
        : `stroke="${FREE}" stroke-width="1.6" stroke-dasharray="5 4"`;
  return `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" ${style}/>`;
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
