import type { Archived, Log, NewPut } from "../log.ts";
import { bytesOf, hashesIn } from "../writing/hashes.ts";
import type { MemoryDisk } from "./memory.ts";

/** @returns whether it was taken out: it is there, at rest, and ends where the archive ends */
export function take(disk: MemoryDisk, archived: Archived): boolean {
  const kept = disk.streams.get(archived.stream);
  const isAtRest = kept?.standing?.endedAt != null && !kept.standing.unsettled;
  const isSame = kept?.thread.seq === archived.seq && kept.thread.hash === archived.hash;
  if (!isAtRest || !isSame) return false;
  const left = kept.rows.map(({ body }) => body).join("");
  for (const digest of disk.contents.keys()) if (left.includes(digest)) disk.loose.add(digest);
  for (const { position, count, hash, body } of kept.rows) {
    const hashes = Buffer.concat(hashesIn({ count, hash, body }).map(bytesOf));
    disk.gone.push({ position, count, hashes });
  }
  disk.gone.sort((one, two) => one.position - two.position);
  disk.archived.set(archived.stream, archived);
  disk.streams.delete(archived.stream);
  const rest = disk.decisions.filter(({ stream }) => stream !== archived.stream);
  disk.decisions.splice(0, disk.decisions.length, ...rest);
  return true;
}

export function sweep(disk: MemoryDisk): void {
  const cached = JSON.stringify([...disk.results.values()].map(({ output }) => output));
  for (const digest of disk.loose) {
    const isNamed =
      disk.puts.has(digest) || disk.decisions.some(({ body }) => body.includes(digest));
    if (!isNamed && cached.includes(digest)) continue;
    if (!isNamed) disk.contents.delete(digest);
    disk.loose.delete(digest);
  }
}

export function keepPut(disk: MemoryDisk, { text, ...put }: NewPut): void {
  disk.contents.set(put.digest, text);
  disk.puts.set(put.digest, { ...put, bytes: Buffer.byteLength(text) });
}

export function expirePuts(disk: MemoryDisk, before: number): void {
  for (const { digest, at } of disk.puts.values()) {
    if (at >= before) continue;
    disk.puts.delete(digest);
    disk.loose.add(digest);
  }
}

/** Those that came before and that nobody names. */
export function sweepFiles(
  { files, decisions, contents, archived }: MemoryDisk,
  before: number,
): void {
  for (const { digest, at } of files.values()) {
    const isNamed =
      archived.size > 0 ||
      decisions.some(({ body }) => body.includes(digest)) ||
      [...contents.values()].some((text) => text.includes(digest));
    if (at < before && !isNamed) files.delete(digest);
  }
}

export function keptIn({
  puts,
  contents,
  files,
}: MemoryDisk): Pick<Log, "puts" | "holdings" | "file" | "files"> {
  return {
    file: (digest) => files.get(digest) ?? null,
    files: () => [...files.values()].toSorted((one, two) => two.at - one.at),
    puts: () => [...puts.values()].toSorted((one, two) => two.at - one.at),
    holdings: () => ({
      count: contents.size,
      bytes: [...contents.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    }),
  };
}
