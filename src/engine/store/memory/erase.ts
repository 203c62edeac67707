import type { StreamId, SubjectId } from "../../../core/id.ts";
import type { ErasedInLog } from "../log.ts";
import { ERASED_CONTENT } from "../writing/sealed.ts";
import type { MemoryDisk } from "./memory.ts";

export function ofSubjects(
  { streams }: MemoryDisk,
  subjects: readonly SubjectId[],
): readonly StreamId[] {
  const isTheirs = (subject: SubjectId | null): boolean =>
    subject !== null && subjects.includes(subject);
  return [...streams.values()]
    .filter(({ thread }) => isTheirs(thread.subject))
    .map(({ stream }) => stream)
    .toSorted();
}

export function eraseInMemory(disk: MemoryDisk, subjects: readonly SubjectId[]): ErasedInLog {
  let contents = 0;
  for (const [digest, subject] of disk.owned) {
    if (!subjects.includes(subject)) continue;
    if (disk.contents.get(digest) === ERASED_CONTENT) continue;
    disk.contents.set(digest, ERASED_CONTENT);
    contents += 1;
  }
  const streams = ofSubjects(disk, subjects);
  for (const stream of streams) {
    const kept = disk.streams.get(stream);
    if (kept !== undefined) kept.snapshot = null;
    for (const [name, { stream: of }] of disk.names) if (of === stream) disk.names.delete(name);
    const others = disk.shelf.kept.filter(({ match }) => match !== stream);
    disk.shelf.kept.splice(0, disk.shelf.kept.length, ...others);
  }
  return { streams, contents };
}
