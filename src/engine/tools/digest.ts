import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { canonical } from "../../core/audit/index.ts";
import { type Digest, parseDigest } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import type { System } from "../../core/map/index.ts";

export function digestOfJson(value: Json): Digest {
  return digestOfText(canonical(value));
}

/**
 * A tool does what it did when its map was read, or nothing: where a module, a document or a program is
 * another by now, it is out of use until the map is published anew. What those import is not looked at.
 */
export function whatChanged({ files }: System, folder: string): string | null {
  const changed = Object.entries(files).find(
    ([file, digest]) => digestOfText(textOf(join(folder, file))) !== digest,
  );
  return changed === undefined
    ? null
    : `${changed[0]} was changed since the map was published. Publish the map, or put the file back.`;
}

/** One that cannot be read counts as empty: its system says what is wrong. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function digestOfText(text: string): Digest {
  const digest = parseDigest(`sha256:${hash("sha256", text)}`);
  if (digest === null) throw new Error("A SHA-256 of 64 digits is a digest.");
  return digest;
}
