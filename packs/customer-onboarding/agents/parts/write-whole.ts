import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file whole or not at all: beside it first, on disk, then renamed into place. Where the
 * file says that already, it is not touched. The unfinished file is named for the call's key, so
 * that a repetition after a crash writes over it and two runs never share one.
 *
 * @returns whether something was written; throws what the disk throws
 */
export async function writeWhole(path: string, content: string, key: string): Promise<boolean> {
  if ((await contentOf(path)) === content) return false;
  await mkdir(dirname(path), { recursive: true });
  const mark = createHash("sha256").update(key).digest("hex").slice(0, 12);
  const unfinished = join(dirname(path), `.${basename(path)}.${mark}.unfinished`);
  await writeFile(unfinished, content, { flush: true });
  await rename(unfinished, path);
  return true;
}

async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}
