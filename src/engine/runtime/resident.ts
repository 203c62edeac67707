import type { Digest, RunId, SubjectId } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import {
  absent,
  type Event,
  eventOf,
  evolving,
  freeze,
  isSnapshotDue,
  MACHINE_VERSION,
  type Run,
  thaw,
} from "../../core/machine/index.ts";
import { MusterError } from "../../core/problem.ts";
import type { Log, NewStanding } from "../store/index.ts";
import { type InHand, nothingInHand } from "./calls/in-hand.ts";
import { type Content, missing } from "./contents.ts";
import type { Definitions } from "./runtime.ts";
import type { Mail } from "./turns/mail.ts";

/** A run in memory. `run` is what is on disk; what was decided on top of it lives in the turn alone. */
export type Resident = {
  readonly id: RunId;
  run: Run;
  /** As it was last written; null before the first time. */
  standing: NewStanding | null;
  /** The time of its last decision that is on disk. */
  updatedAt: number;
  mails: Mail[];
  /** It stands in the list of those with mail. */
  isCalled: boolean;
  /** What was decided for it is on its way to the disk. */
  isUnderWay: boolean;
  readonly attempts: InHand;
  /** Events since the last snapshot. */
  tail: number;
  /** Whose data it works with; null: nobody's. */
  subject: SubjectId | null;
};

/** Runs in memory: those with mail or attempts, and a few of the others. */
export type Residents = {
  readonly get: (id: RunId) => Resident | undefined;
  /** It has something to do: it stays in memory until it rests. */
  readonly use: (resident: Resident) => void;
  /**
   * Folds a run. `definition` is for one that does not exist yet; null is: only one that exists.
   * Throws `MusterError` where the definition it is pinned to is not there.
   */
  readonly wake: (id: RunId, definition: Digest | null) => Resident | null;
  /**
   * A run that is taken for new without asking the log: where it is not, the fence of its first append
   * refuses, and it is folded then. Null where there is no such definition.
   */
  readonly begin: (id: RunId, definition: Digest) => Resident | null;
  /** Another writer was first: folds it again from the disk. */
  readonly refold: (resident: Resident) => void;
  /** Nothing of it is in flight: it may leave memory. */
  readonly rest: (resident: Resident) => void;
  readonly drop: (resident: Resident) => void;
  readonly all: () => Iterable<Resident>;
};

/** Runs kept in memory although nothing of them is in flight here. */
const WARM_RUNS_MOST = 200;

export function openResidents(
  log: Pick<Log, "read" | "snapshot" | "content" | "standing">,
  definitions: Definitions,
): Residents {
  const residents = new Map<RunId, Resident>();
  const warm = new Set<Resident>();

  return {
    get: (id) => residents.get(id),
    use: (resident) => {
      warm.delete(resident);
      if (!residents.has(resident.id)) residents.set(resident.id, resident);
    },
    wake: (id, definition) => {
      const resident = woken(id, definition, { log, definitions });
      if (resident !== null) residents.set(id, resident);
      return resident;
    },
    begin: (id, definition) => {
      const workflow = definitions.byDigest(definition);
      if (workflow === null) return null;
      const resident = newResident(absent(id, workflow, definitions.byDigest), 0);
      residents.set(id, resident);
      return resident;
    },
    refold: (resident) => {
      const folded = foldOf(resident.id, { log, definitions });
      if (folded === null) return;
      resident.run = folded.run;
      resident.tail = folded.tail;
      recall(resident, log);
    },
    rest: (resident) => {
      warm.add(resident);
      if (warm.size <= WARM_RUNS_MOST) return;
      for (const oldest of warm) {
        warm.delete(oldest);
        residents.delete(oldest.id);
        break;
      }
    },
    drop: (resident) => {
      warm.delete(resident);
      residents.delete(resident.id);
    },
    all: () => residents.values(),
  };
}

function woken(id: RunId, definition: Digest | null, from: From): Resident | null {
  const folded = foldOf(id, from);
  const workflow = definition === null ? null : from.definitions.byDigest(definition);
  const run = folded?.run ?? (workflow && absent(id, workflow, from.definitions.byDigest));
  if (run === null) return null;
  const resident = newResident(run, folded?.tail ?? 0);
  if (folded !== null) {
    resident.subject = folded.subject;
    recall(resident, from.log);
  }
  return resident;
}

/** Its line in the list, as it is on disk. */
function recall(resident: Resident, log: Pick<Log, "standing">): void {
  const standing = log.standing(resident.id);
  resident.standing = standing;
  resident.updatedAt = standing?.updatedAt ?? 0;
}

function newResident(run: Run, tail: number): Resident {
  return {
    id: run.id,
    run,
    standing: null,
    updatedAt: 0,
    mails: [],
    isCalled: false,
    isUnderWay: false,
    attempts: nothingInHand(),
    tail,
    subject: null,
  };
}

/** A snapshot and the contents it names, when the tail is long enough; a cache, never the truth. */
export function snapshotDue(
  run: Run,
  tail: number,
  digest: (text: string) => Digest,
): { readonly state: string; readonly contents: readonly Content[] } | null {
  if (!isSnapshotDue(run, tail)) return null;
  const contents: Content[] = [];
  const state = freeze(run, (page) => {
    const name = digest(page);
    contents.push([name, page]);
    return name;
  });
  return { state, contents };
}

type From = {
  readonly log: Pick<Log, "read" | "snapshot" | "content" | "standing">;
  readonly definitions: Definitions;
};

type Folded = { readonly run: Run; readonly tail: number; readonly subject: SubjectId | null };

/** @returns null when there is no such run */
function foldOf(id: RunId, from: From): Folded | null {
  const first = firstEvent(id, from.log);
  if (first === null) return null;
  const workflow =
    first.type === "run.accepted" ? from.definitions.byDigest(first.definition) : null;
  if (workflow === null) throw unpinned(id);
  const subject = (first.type === "run.accepted" ? first.subject : undefined) ?? null;
  const definitions = from.definitions.byDigest;
  const snapshot = thawed({ id, workflow, definitions }, from.log);
  let run = snapshot ?? absent(id, workflow, definitions);
  let tail = 0;
  const evolve = evolving((digest) => valueOf(digest, from.log));
  for (const envelope of from.log.read(id, run.seq)) {
    run = evolve(run, eventOf(envelope));
    tail += 1;
  }
  return { run, tail, subject };
}

/** A snapshot that cannot be read is none: it is a cache, and the log is the truth. */
function thawed(
  run: Pick<Run, "id" | "workflow" | "definitions">,
  log: Pick<Log, "snapshot" | "content">,
): Run | null {
  const snapshot = log.snapshot(run.id, MACHINE_VERSION);
  if (snapshot === null) return null;
  try {
    return thaw(snapshot.state, run, (digest) => pageOf(digest, log));
  } catch {
    return null;
  }
}

function firstEvent(id: RunId, log: Pick<Log, "read">): Event | null {
  for (const envelope of log.read(id, 0)) return eventOf(envelope);
  return null;
}

/** What the log names is in the store with it. */
function valueOf(digest: Digest, log: Pick<Log, "content">): Json {
  const text = log.content(digest);
  if (text === null) throw missing(digest);
  return JSON.parse(text) as Json;
}

function pageOf(digest: Digest, log: Pick<Log, "content">): string {
  const page = log.content(digest);
  if (page === null) throw new Error(`The snapshot names ${digest}, which is not in the store.`);
  return page;
}

function unpinned(id: RunId): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The definition that run ${id} is pinned to is not in the store, or cannot be read by this version.`,
    mend: "Restore the folder .muster from a backup, or open it with the version that wrote it.",
  });
}
