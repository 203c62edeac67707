import { join } from "node:path";
import {
  type CheckedEvent,
  type Frontier,
  grow,
  type LogCheck,
  type Note,
  newFrontier,
  openLogCheck,
  readNotes,
  rootOf,
  type Wrong,
} from "../../core/audit/index.ts";
import type { StreamId } from "../../core/id.ts";
import { bytesOf, type Gone, type Log, type Row, sha256 } from "../store/index.ts";
import { verifyArchives } from "./archives.ts";
import { notesIn } from "./book.ts";
import { compared, type Expected, type RootAt } from "./compared.ts";
import { type Growing, newGrowing } from "./growing.ts";
import { pair } from "./pair.ts";

/** What is looked at, and what it is compared with. */
export type Verifying = {
  /** The state folder. */
  readonly state: string;
  readonly log: Pick<Log, "rows" | "gone" | "archives" | "read" | "end" | "tenant">;
  /** Checkpoints that were kept elsewhere, each with the name of its file. */
  readonly outside: readonly { readonly file: string; readonly notes: readonly Note[] }[];
  /**
   * Told of each event, in the order of commits, and of those in archives after them, run by run; what it
   * finds wrong is told with the rest.
   */
  readonly watch?: (event: CheckedEvent) => readonly Wrong[];
  /** Asked when all was gone through. */
  readonly last?: () => readonly Wrong[];
};

export type AuditVerdict = {
  readonly ok: boolean;
  /** Events that are there, and those that left with archived streams. */
  readonly events: number;
  readonly archived: number;
  /** Of those that left, how many were read in their archives; the others were let go of. */
  readonly opened: number;
  readonly streams: number;
  readonly size: number;
  /** In base64: of all events. */
  readonly root: string;
  /** Signed checkpoints beside the log, and kept elsewhere, that hold. */
  readonly checkpoints: number;
  readonly outside: number;
  /** Up to this position the record was compared with one kept elsewhere; 0: with none. */
  readonly outsideTo: number;
  /** The first that is wrong comes first. */
  readonly wrong: readonly Wrong[];
  /** More was wrong than is told. */
  readonly isMore: boolean;
  readonly tookMs: number;
};

/** What is wrong is told up to so many; M7. */
const WRONG_MOST = 100;
const ROWS_AT_ONCE_MOST = 500;

/**
 * Goes through a log from its first event, in this order: each event's form and hash, its place in its
 * stream and in the log, its time; the tree of all of them against each checkpoint, the checkpoints'
 * signatures, those that were kept elsewhere; runs that have left the log, in their archives; and what was
 * done against what is allowed.
 */
export async function verifyLog(verifying: Verifying): Promise<AuditVerdict> {
  const begun = performance.now();
  const { state } = verifying;
  const inside = notesIn(state).flatMap(({ note }) => notesOf(note));
  const expected: readonly Expected[] = [
    ...inside.map((note) => ({ note, file: null })),
    ...verifying.outside.flatMap(({ file, notes }) => notes.map((note) => ({ note, file }))),
  ];
  const walk = newWalk(verifying, expected);
  while (next(walk)) await new Promise<void>((resolve) => setImmediate(resolve));
  const opened = await verifyArchives({
    folder: join(state, "archive"),
    log: verifying.log,
    leaves: walk.leaves.all(),
    note: (wrong) => note(walk, wrong),
    hear: (event) => note(walk, walk.watch?.(event) ?? []),
  });
  note(walk, verifying.last?.() ?? []);
  const { roots, frontier, leaves } = walk;
  const held = compared({ expected, roots, size: frontier.size, keys: walk.keys, state, leaves });
  note(walk, held.wrong);
  const root = rootOf(frontier, pair);
  return {
    ok: walk.wrong.length === 0,
    events: walk.events,
    archived: walk.archived,
    opened,
    streams: walk.streams.size,
    size: frontier.size,
    root: root === null ? "" : Buffer.from(root).toString("base64"),
    checkpoints: held.inside,
    outside: held.outside,
    outsideTo: held.outsideTo,
    wrong: walk.wrong.toSorted((one, two) => one.position - two.position),
    isMore: walk.isMore,
    tookMs: performance.now() - begun,
  };
}

function notesOf(text: string): readonly Note[] {
  const notes = readNotes(text, "audit.db");
  return "code" in notes ? [] : notes;
}

type Walk = Verifying & {
  readonly check: LogCheck;
  readonly frontier: Frontier;
  /** Of all events, 32 bytes each. */
  readonly leaves: Growing;
  /** Sizes at which somebody signed, and the roots that were found there. */
  readonly sizes: ReadonlySet<number>;
  readonly roots: RootAt;
  /** What verifies signatures, with the position from which on it does. */
  readonly keys: { readonly verifier: string; readonly from: number }[];
  readonly streams: Set<StreamId>;
  readonly wrong: Wrong[];
  isMore: boolean;
  events: number;
  archived: number;
};

function newWalk(verifying: Verifying, expected: readonly Expected[]): Walk {
  const { log } = verifying;
  const isThere = (stream: StreamId, seq: number): boolean => {
    try {
      for (const event of log.read(stream, seq - 1)) return event.seq === seq;
    } catch {
      // What cannot be read is told where it stands.
    }
    return false;
  };
  return {
    ...verifying,
    check: openLogCheck({ tenant: log.tenant, sha256, isThere }),
    frontier: newFrontier(),
    leaves: newGrowing(),
    sizes: new Set(expected.map(({ note: { size } }) => size)),
    roots: new Map(),
    keys: [],
    streams: new Set(),
    wrong: [],
    isMore: false,
    events: 0,
    archived: 0,
  };
}

/** @returns whether there may be more */
function next(walk: Walk): boolean {
  const { log, check } = walk;
  const from = check.position();
  const rows = log.rows(from, ROWS_AT_ONCE_MOST);
  const gone = log.gone(from, ROWS_AT_ONCE_MOST);
  let passed = 0;
  for (const row of rows) {
    passed = passGone(walk, gone, passed);
    one(walk, row);
  }
  passGone(walk, gone, passed);
  return check.position() > from;
}

/** Those that stand next; the others come later. @returns how many of them are passed */
function passGone(walk: Walk, gone: readonly Gone[], passed: number): number {
  for (let at = passed; ; at += 1) {
    const next = gone[at];
    if (next === undefined || next.position - next.count > walk.check.position()) return at;
    if (next.position <= walk.check.position()) continue;
    for (let index = 0; index < next.count; index += 1)
      leaf(walk, next.hashes.subarray(index * 32, index * 32 + 32));
    walk.check.pass(next.count);
    walk.archived += next.count;
  }
}

function one(walk: Walk, row: Row): void {
  const { events, wrong } = walk.check.row(row);
  note(walk, wrong);
  walk.streams.add(row.stream);
  walk.events += row.count;
  for (const event of events) {
    leaf(walk, bytesOf(event.hash));
    if (event.stream === "company") hearKey(walk, event);
    if (walk.watch !== undefined) note(walk, walk.watch(event));
  }
}

function leaf({ frontier, leaves, sizes, roots }: Walk, hash: Uint8Array): void {
  grow(frontier, hash, pair);
  leaves.add(hash);
  if (!sizes.has(frontier.size)) return;
  const root = rootOf(frontier, pair);
  if (root !== null) roots.set(frontier.size, Buffer.from(root).toString("base64"));
}

function hearKey({ keys }: Walk, { type, data, position }: CheckedEvent): void {
  const { key } = data;
  const isKey = type === "key.created" || type === "key.rotated";
  if (isKey && typeof key === "string") keys.push({ verifier: key, from: position });
}

function note(walk: Walk, wrong: readonly Wrong[]): void {
  for (const one of wrong) {
    if (walk.wrong.length < WRONG_MOST) walk.wrong.push(one);
    else walk.isMore = true;
  }
}
