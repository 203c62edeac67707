import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { ownOf } from "../../../core/own.ts";
import { plain } from "../using/fill.ts";

export const FILE_BYTES_MOST: number = 16 * 1024 * 1024;

/** The text of a file; null: it is not there. A link is not followed. */
export async function textOf(file: string): Promise<string | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw thrown;
  }
  try {
    const { size } = await handle.stat();
    if (size > FILE_BYTES_MOST)
      throw new Error(`It is ${size} bytes, and ${FILE_BYTES_MOST} are the most.`);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

/** Another file takes its place at once: who reads it sees the one or the other, whole. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    const handle = await open(draft, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}

/** By its ending: JSON as it is, CSV as rows with its first line for names, all else as text. */
export function valueIn(file: string, text: string): Json {
  if (/\.json$/i.test(file)) return JSON.parse(text) as Json;
  return /\.csv$/i.test(file) ? rowsIn(text) : text;
}

export function rowsIn(text: string): readonly JsonObject[] {
  return parse(text, {
    columns: true,
    bom: true,
    skip_empty_lines: true,
  }) as unknown as JsonObject[];
}

/** @see RFC 4180 */
export function csvOf(rows: readonly JsonObject[], names: readonly string[]): string {
  const line = (cells: readonly string[]): string => cells.map(cell).join(",");
  return [names, ...rows.map((row) => names.map((name) => plain(ownOf(row, name) ?? "")))]
    .map((cells) => `${line(cells)}\n`)
    .join("");
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function contentOf(file: string, value: Json): string {
  if (typeof value === "string") return value;
  if (/\.csv$/i.test(file) && Array.isArray(value)) {
    const rows = value.filter((row: Json) => isObject(row)) as readonly JsonObject[];
    return csvOf(rows, [...new Set(rows.flatMap((row) => Object.keys(row)))]);
  }
  return `${JSON.stringify(value, null, 2)}\n`;
}
