import { join } from "node:path";
import {
  type CheckedEvent,
  type Envelope,
  verifyStream,
  type Wrong,
} from "../../core/audit/index.ts";
import { millisecondsOf } from "../../core/instant.ts";
import { MusterError } from "../../core/problem.ts";
import { type ArchivedRun, linesIn, readArchive } from "../archive/index.ts";
import {
  type Archived,
  bytesOf,
  isSealedText,
  type Log,
  openEvent,
  sha256,
} from "../store/index.ts";

/** Archives that one verification opens; M7. */
const ARCHIVES_MOST = 1_000_000;

export type Archives = {
  /** The folder that they stand in. */
  readonly folder: string;
  readonly log: Pick<Log, "archives">;
  /** The hash of the event at each position, 32 bytes each. */
  readonly leaves: Uint8Array;
  readonly hear: (event: CheckedEvent) => void;
  readonly note: (wrong: readonly Wrong[]) => void;
};

/**
 * Goes through the runs that have left the log, each from its own file: its lines, its chain up to the end
 * that the log notes, its contents, and each event against the hash that stayed in the log.
 *
 * @returns how many events that is
 */
export async function verifyArchives(archives: Archives): Promise<number> {
  let count = 0;
  for (const archived of archives.log.archives(ARCHIVES_MOST)) {
    const found = await opened(archives.folder, archived);
    if ("kind" in found) {
      archives.note([found]);
      continue;
    }
    archives.note(wrongIn(found, archived, archives.leaves));
    for (const event of found.events) archives.hear(checkedOf(event));
    count += found.events.length;
  }
  return count;
}

/**
 * The events of all archives, what is sealed in them opened where the key is there.
 * @throws MusterError where one is not there, or not what was written
 */
export async function* archivedEvents(
  folder: string,
  log: Pick<Log, "archives" | "keys">,
): AsyncGenerator<Envelope> {
  for (const { file } of log.archives(ARCHIVES_MOST))
    for (const event of (await readArchive(join(folder, file))).events)
      yield openEvent(event, log.keys);
}

async function opened(folder: string, { stream, file }: Archived): Promise<ArchivedRun | Wrong> {
  try {
    return await linesIn(join(folder, file));
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    const kind = error.code === "not-found" ? "missing" : "modified";
    return { kind, position: 0, event: `${stream}.1`, message: `${stream}: ${error.message}` };
  }
}

function wrongIn(
  { events, contents }: ArchivedRun,
  { stream, file, seq, hash }: Archived,
  leaves: Uint8Array,
): readonly Wrong[] {
  const wrong: Wrong[] = [];
  const at = (of: number): number => events.find((event) => event.seq === of)?.position ?? 0;
  const verdict = verifyStream(events, sha256, { seq, hash });
  if (!verdict.ok)
    wrong.push({
      kind: verdict.kind,
      position: at(verdict.seq),
      event: `${stream}.${verdict.seq}`,
      message: `The archive ${file}: ${verdict.message}`,
    });
  const other = events.find((event) => !isThat(event, leaves));
  if (verdict.ok && other !== undefined)
    wrong.push({
      kind: "rewritten",
      position: other.position,
      event: other.id,
      message: `Event ${other.id} in the archive ${file} is not the one that left the log.`,
    });
  for (const [digest, text] of contents)
    if (!isSealedText(text) && `sha256:${sha256(text)}` !== digest)
      wrong.push({
        kind: "modified",
        position: at(1),
        event: `${stream}.1`,
        message: `The content ${digest} in the archive ${file} is not what was written.`,
      });
  return wrong;
}

function isThat({ position, hash }: Envelope, leaves: Uint8Array): boolean {
  const leaf = leaves.subarray((position - 1) * 32, position * 32);
  return leaf.length === 32 && Buffer.compare(leaf, bytesOf(hash)) === 0;
}

function checkedOf(event: Envelope): CheckedEvent {
  const { stream, seq, position, type, step, actor, data, sealed, hash } = event;
  const at = millisecondsOf(event.at) ?? 0;
  return { stream, seq, position, at, type, step, actor, data, sealed, hash };
}
