import { hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import { closedOf, type Envelope, grow, newFrontier, rootOf } from "../../core/audit/index.ts";
import type { Digest } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import type { Log } from "../store/index.ts";
import { archivedEvents } from "./archives.ts";
import { notesIn } from "./book.ts";
import { csv, newTables, notePeople, noteRows, type Tables } from "./bundle-tables.ts";
import { VERIFIER } from "./bundle-verifier.ts";
import { leavesOf } from "./leaves.ts";
import { pair } from "./pair.ts";
import { packFolder } from "./tar.ts";

export type Exporting = {
  readonly state: string;
  readonly log: Log;
  /** Where to: a folder that is not there yet, or is empty; or a file that is not there yet, `….tar.gz`. */
  readonly folder: string;
  /** ISO 8601: events from then on, and before then. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of these streams alone; null: of all. */
  readonly streams: ReadonlySet<string> | null;
  /** What the query was, for people. */
  readonly query: string;
  /** false: what is sealed stays so. */
  readonly opens: boolean;
};

export type ExportedBundle = {
  readonly folder: string;
  readonly events: number;
  readonly first: number;
  readonly last: number;
  readonly size: number;
};

const AT_ONCE = 1_000;

/**
 * Writes what an auditor needs into a folder: the events as they are sealed, the leaves and checkpoints
 * that show them to be those that were signed, what is needed to read them, and a program that verifies
 * it all offline; or into one file, `….tar.gz`.
 *
 * @throws MusterError "conflict" where the folder holds something; what the disk refuses
 */
export async function exportBundle(exporting: Exporting): Promise<ExportedBundle> {
  const { folder: target } = exporting;
  if (!PACKED.test(target)) return await writeBundle(exporting);
  if (existsSync(target)) throw isFull(target);
  const draft = `${target}.${process.pid}.draft`;
  const folder = `${draft}.d`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const bundle = await writeBundle({ ...exporting, folder });
    const below = basename(target).replace(PACKED, "") || "bundle";
    await packFolder(folder, { files: filesIn(folder), below, into: draft });
    renameSync(draft, target);
    return { ...bundle, folder: target };
  } finally {
    rmSync(draft, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A bundle that is one file. */
const PACKED = /\.(tar\.gz|tgz)$/;

async function writeBundle(exporting: Exporting): Promise<ExportedBundle> {
  const { folder, log, state } = exporting;
  if (existsSync(folder) && readdirSync(folder).length > 0) throw isFull(folder);
  mkdirSync(join(folder, "maps"), { recursive: true, mode: 0o700 });
  const write = (name: string, text: string | Buffer): void =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  const { leaves, root, size } = await leavesIn(log);
  write("leaves.bin", leaves);
  const found = await writeEvents(exporting, size);
  write(
    "checkpoints.txt",
    notesIn(state)
      .map(({ note }) => note)
      .join("\n"),
  );
  write("keys.json", `${JSON.stringify(found.keys, null, 2)}\n`);
  for (const digest of found.maps) {
    const text = contentOf(log, digest);
    if (text !== null) write(`maps/${digest.slice("sha256:".length)}.json`, text);
  }
  for (const [name, rows] of Object.entries(found.tables)) write(`${name}.csv`, csv(rows));
  const { count, first, last } = found;
  const population = { query: exporting.query, count, first, last, size, root };
  write("population.json", `${JSON.stringify(population, null, 2)}\n`);
  write("verify.mjs", VERIFIER);
  write("README.md", readme(exporting, found.count));
  write("manifest.json", `${JSON.stringify({ files: digestsIn(folder) }, null, 2)}\n`);
  return { folder, events: count, first: first ?? 0, last: last ?? 0, size };
}

async function leavesIn(
  log: Log,
): Promise<{ readonly leaves: Buffer; readonly root: string; readonly size: number }> {
  const all: Uint8Array[] = [];
  const frontier = newFrontier();
  for (const { hashes } of leavesOf(log, 0)) {
    for (const hash of hashes) {
      grow(frontier, hash, pair);
      all.push(hash);
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const root = Buffer.from(rootOf(frontier, pair) ?? []).toString("base64");
  return { leaves: Buffer.concat(all), root, size: frontier.size };
}

type Found = {
  count: number;
  first: number | null;
  last: number | null;
  readonly keys: { readonly key: string; readonly from: number }[];
  readonly maps: Set<Digest>;
  readonly tables: Tables;
};

async function writeEvents(exporting: Exporting, size: number): Promise<Found> {
  const found: Found = {
    count: 0,
    first: null,
    last: null,
    keys: [],
    maps: new Set(),
    tables: newTables(),
  };
  const [events, open] = ["events.jsonl", "open.jsonl"].map((name) =>
    openSync(join(exporting.folder, name), "wx", 0o600),
  ) as [number, number];
  try {
    for (let from = 0; from < size; ) {
      const some = exporting.log.tail(from, AT_ONCE);
      const last = some.at(-1);
      if (last === undefined) break;
      from = last.position;
      const signed = some.filter(({ position }) => position <= size);
      for (const event of signed) writeEvent(event, { exporting, found, events, open });
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    // Of runs that have left the log, from their archives: behind all others, each in its own order.
    for await (const event of archivedEvents(join(exporting.state, "archive"), exporting.log))
      if (event.position <= size) writeEvent(event, { exporting, found, events, open });
  } finally {
    closeSync(events);
    closeSync(open);
  }
  return found;
}

type Writing = {
  readonly exporting: Exporting;
  readonly found: Found;
  readonly events: number;
  readonly open: number;
};

function writeEvent(event: Envelope, { exporting, found, events, open }: Writing): void {
  noteKeys(found, event);
  const { log, to, opens } = exporting;
  // Of a part of the record it is given, too, who worked there before it begins.
  if (to === null || event.at < to)
    notePeople(found.tables, event, (digest) => contentOf(log, digest));
  if (!isWanted(event, exporting)) return;
  const closed = closedOf(event);
  note(found, opens ? event : closed);
  writeSync(events, `${JSON.stringify(closed)}\n`);
  const { position, data, sealed } = event;
  if (opens && sealed.length > 0) writeSync(open, `${JSON.stringify({ position, data })}\n`);
}

function isWanted({ at, stream }: Envelope, { from, to, streams }: Exporting): boolean {
  if (streams !== null && !streams.has(stream)) return false;
  return (from === null || at >= from) && (to === null || at < to);
}

/** Whatever is asked for, what verifies it is given. */
function noteKeys({ keys, maps }: Found, { type, data, position }: Envelope): void {
  const { key } = data;
  if ((type === "key.created" || type === "key.rotated") && typeof key === "string")
    keys.push({ key, from: position });
  if (type === "map.published") maps.add(data["digest"] as Digest);
}

function note(found: Found, event: Envelope): void {
  const { position } = event;
  found.count += 1;
  found.first = Math.min(found.first ?? position, position);
  found.last = Math.max(found.last ?? position, position);
  noteRows(found.tables, event);
}

function contentOf(log: Log, digest: Digest): string | null {
  try {
    return log.content(digest);
  } catch (error) {
    if (error instanceof MusterError) return null;
    throw error;
  }
}

function digestsIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    filesIn(folder).map((name) => [name, hash("sha256", readFileSync(join(folder, name)), "hex")]),
  );
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => name.replaceAll("\\", "/"))
    .toSorted();
}

function readme({ query, opens }: Exporting, count: number): string {
  return `# A part of the record

${count} events: ${query}. Verify it with Node 20 or later, offline:

    node verify.mjs
    node verify.mjs another-bundle.tar.gz

| file | what |
| --- | --- |
| events.jsonl | the events as they are kept; what is sealed for a person stays sealed, and its hash with it |
| open.jsonl | ${opens ? "by position, the data of sealed events whose keys were there; personal data: keep it accordingly" : "empty: what is sealed was not opened"} |
| leaves.bin | the hash of every event of the record, 32 bytes each, in the order of commits |
| checkpoints.txt, keys.json | what was signed, and what verifies it |
| maps/ | each published version of the map, by its digest |
| approvals.csv, write-backs.csv, exceptions.csv, roles.csv | read off the events, for people; roles.csv says who worked there from when on, in which roles |
| population.json | what was asked for, how many events that is, and the root of the whole record |
| manifest.json | the SHA-256 of each file |

The signatures show that who held the keys signed this record. That it was not replaced as a whole, only
checkpoints that you were given before can show: compare them with checkpoints.txt.
`;
}

function isFull(folder: string): MusterError {
  return new MusterError({
    code: "conflict",
    message: `${folder} is there already and is not empty.`,
    mend: "Name another folder: -o DIR.",
  });
}
