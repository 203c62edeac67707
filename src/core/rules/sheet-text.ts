import { parse } from "csv-parse/sync";
import type { Sheet } from "./table-sheet.ts";

/** Comma-separated, as spreadsheets read it: a cell with a comma, a quote or a line break stands in quotes. */
export function csvOf(sheet: Sheet): string {
  return sheet.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

/** @returns null where the text is no CSV */
export function sheetOfCsv(text: string): Sheet | null {
  try {
    return parse(text, { bom: true, relaxColumnCount: true, skipEmptyLines: true }) as string[][];
  } catch {
    return null;
  }
}

/** A table of Markdown. */
export function markdownOf(sheet: Sheet): string {
  const [head = [], ...body] = sheet;
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + body.map(line).join("");
}

/** The first table of a Markdown text; null where there is none. */
export function sheetOfMarkdown(text: string): Sheet | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const first = lines.findIndex(
    (line, at) => line.startsWith("|") && /^\|(?:\s*:?-+:?\s*\|)+$/.test(lines[at + 1] ?? ""),
  );
  if (first < 0) return null;
  const end = lines.findIndex((line, at) => at > first && !line.startsWith("|"));
  const [head = "", , ...body] = lines.slice(first, end < 0 ? lines.length : end);
  return [head, ...body].map(cellsOf);
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function escaped(cell: string): string {
  return cell
    .replaceAll("\\", "\\\\")
    .replaceAll("|", "\\|")
    .replaceAll(/\s*\r?\n\s*/g, " ");
}

function cellsOf(line: string): readonly string[] {
  const cells: string[] = [];
  let cell = "";
  for (let at = 1; at < line.length; at += 1) {
    const sign = line[at];
    if (sign === "\\" && at + 1 < line.length) cell += line[++at];
    else if (sign === "|") {
      cells.push(cell.trim());
      cell = "";
    } else cell += sign;
  }
  return cells;
}
