import type { Digest } from "../id.ts";
import { isObject, type Json } from "../json.ts";
import { type MapFile, recallWorkMap } from "./read/work-map.ts";
import type { WorkMap } from "./work-map.ts";

/** All files of one map; more are refused when they are read. */
export const MAP_BYTES_MOST: number = 8 * 1024 * 1024;

/** The files of a map as one content of the store: the same files give the same text. */
export function contentOfMap(files: readonly MapFile[]): string {
  const sorted = files
    .map(({ file, text }) => ({ file, text }))
    .toSorted((one, other) => (one.file < other.file ? -1 : 1));
  return JSON.stringify({ map: sorted });
}

/** The other way; null where it is no content of a map. */
export function filesOfMap(content: string): readonly MapFile[] | null {
  const stored = JSON.parse(content) as Json;
  const files = isObject(stored) ? stored["map"] : null;
  if (!Array.isArray(files)) return null;
  return files.flatMap((one: Json): readonly MapFile[] => {
    const { file, text } = isObject(one) ? one : {};
    return typeof file === "string" && typeof text === "string" ? [{ file, text }] : [];
  });
}

/** The map behind a content of the store, as it was published; null where it is none. */
export function mapOfContent(content: string, digest: (text: string) => Digest): WorkMap | null {
  const files = filesOfMap(content);
  return files === null ? null : recallWorkMap(files, digest);
}
