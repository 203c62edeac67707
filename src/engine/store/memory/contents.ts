import type { Digest, SubjectId } from "../../../core/id.ts";
import type { Append } from "../log.ts";
import { ERASED_CONTENT, openText, sealText } from "../writing/sealed.ts";
import type { MemoryDisk } from "./memory.ts";

/** In memory only what others may name is sealed: the rest goes with the process. */
export function keepContents(
  disk: MemoryDisk,
  { contents }: Append,
  subject: SubjectId | null,
): void {
  for (const [digest, text, isOpen] of contents) {
    if (disk.contents.has(digest)) continue;
    const owner = isOpen === true ? null : subject;
    if (owner !== null) disk.owned.set(digest, owner);
    const sealed = owner && sealText(text, { place: digest, subject: owner }, disk.keys);
    disk.contents.set(digest, sealed ?? text);
  }
}

export function contentOf({ contents, owned, keys }: MemoryDisk, digest: Digest): string | null {
  const text = contents.get(digest) ?? null;
  if (text === null || !owned.has(digest)) return text;
  return openText(text, digest, keys) ?? ERASED_CONTENT;
}
