import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { closedOf, type Envelope, type StreamEnd, verifyStream } from "../../core/audit/index.ts";
import type { Digest } from "../../core/id.ts";
import { isObject, type Json } from "../../core/json.ts";
import { MusterError } from "../../core/problem.ts";
import { refusal } from "../refusal.ts";
import { isSealedText, type Standing, sha256 } from "../store/index.ts";

/**
 * A run outside the log: one compressed file that needs nothing else. JSON lines: what it is, the
 * contents that its log names (its definition among them), its events, and its end, with the digest
 * of all lines before. What is sealed of a subject is sealed here, too. What was cut off or changed is found when it is read.
 */
export type ArchivedRun = {
  readonly standing: Standing;
  readonly archivedAt: number;
  readonly end: StreamEnd;
  readonly contents: ReadonlyMap<Digest, string>;
  readonly events: readonly Envelope[];
};

/** A file that is larger when it is unpacked is not read: M7. */
const UNPACKED_BYTES_MOST: number = 4 * 1024 * 1024 * 1024;
export const ARCHIVE_ENDING = ".run.gz";

type Written = Pick<ArchivedRun, "standing" | "archivedAt" | "end"> & {
  readonly contents: Iterable<readonly [Digest, string]>;
  readonly events: Iterable<Envelope>;
};

/** On disk when it resolves. @throws MusterError where the disk refuses */
export async function writeArchive(path: string, run: Written): Promise<void> {
  try {
    await compressed(path, linesOf(run));
    const handle = await open(path, "r+");
    await handle.sync();
    await handle.close();
  } catch (error) {
    throw refusal(error, `The archive ${path} could not be written`);
  }
}

async function compressed(path: string, lines: Iterable<string>): Promise<void> {
  const gzip = createGzip();
  const written = finished(gzip.pipe(createWriteStream(path, { mode: 0o600 })));
  for (const line of lines)
    if (!gzip.write(line)) await Promise.race([once(gzip, "drain"), written]);
  gzip.end();
  await written;
}

function* linesOf({ standing, archivedAt, end, contents, events }: Written): Generator<string> {
  const digest = createHash("sha256");
  const line = (value: Json | object): string => {
    const text = `${JSON.stringify(value)}\n`;
    digest.update(text);
    return text;
  };
  yield line({ muster: "archive", v: 1, archivedAt, standing });
  for (const content of contents) yield line({ content });
  for (const event of events) yield line({ event: closedOf(event) });
  yield `${JSON.stringify({ end, digest: digest.digest("hex") })}\n`;
}

/**
 * An archive, whole and as it was written: its lines, its contents and its hash chain are gone through.
 * @throws MusterError "not-found", "corrupt", or what the disk refuses
 */
export async function readArchive(path: string): Promise<ArchivedRun> {
  const read = await linesIn(path);
  const { standing, archivedAt, contents, events, end } = read;
  const verdict = verifyStream(events, sha256, end);
  if (!verdict.ok) throw damaged(path, verdict.message);
  if (verdict.end.seq !== end.seq) throw damaged(path, `It ends at event ${verdict.end.seq}.`);
  for (const [digest, text] of contents)
    if (!isSealedText(text) && `sha256:${sha256(text)}` !== digest)
      throw damaged(path, `The content ${digest} is not what was written.`);
  return { standing, archivedAt, contents, events, end };
}

/** The same without going through the chain, so that a review can say what is wrong with it. */
export async function linesIn(path: string): Promise<ArchivedRun> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new MusterError({
      code: "not-found",
      message: `There is no archive ${path}.`,
      mend: "Check the path.",
    });
  try {
    return await parsed(path);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    const isOurs = error instanceof Error && ("syscall" in error || error instanceof TypeError);
    throw isOurs
      ? refusal(error, `The archive ${path} could not be read`)
      : damaged(path, error instanceof Error ? `${error.message}.` : String(error));
  }
}

type Head = { readonly standing: Standing; readonly archivedAt: number };
type Last = { readonly end: StreamEnd; readonly digest: string };

async function parsed(path: string): Promise<ArchivedRun> {
  const gunzip = createGunzip();
  const source = createReadStream(path);
  source.on("error", (error) => gunzip.destroy(error));
  const digest = createHash("sha256");
  const contents = new Map<Digest, string>();
  const events: Envelope[] = [];
  let head: Head | null = null;
  let last: Last | null = null;
  let bytes = 0;
  for await (const line of createInterface({ input: source.pipe(gunzip), crlfDelay: Infinity })) {
    bytes += line.length + 1;
    if (bytes > UNPACKED_BYTES_MOST) throw damaged(path, "It is larger than any archive.");
    if (last !== null) throw damaged(path, "Something stands after its end.");
    const value = JSON.parse(line) as Json;
    if (!isObject(value)) throw damaged(path, "A line of it is no object.");
    if ("digest" in value) last = value as unknown as Last;
    else digest.update(`${line}\n`);
    if ("content" in value) contents.set(...(value["content"] as never as [Digest, string]));
    else if ("event" in value) events.push(value["event"] as never);
    else if ("muster" in value) head = value as unknown as Head;
  }
  if (head === null || last === null) throw damaged(path, "It is cut off, or no archive of a run.");
  if (last.digest !== digest.digest("hex")) throw damaged(path, "A line of it was changed.");
  return { standing: head.standing, archivedAt: head.archivedAt, end: last.end, contents, events };
}

function damaged(path: string, what: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The archive ${path} is not what was written: ${what}`,
    mend: "Take it from a backup.",
  });
}
