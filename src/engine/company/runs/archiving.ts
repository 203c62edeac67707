import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Keeping } from "../../../core/definition/index.ts";
import { parseRunId, type RunId } from "../../../core/id.ts";
import type { Problem } from "../../../core/problem.ts";
import { openArchiver, type Taken } from "../../archive/index.ts";
import { removeFiles } from "../../run-files/index.ts";
import { STATE_FOLDER } from "../../store/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { sweepArtifacts } from "./artifacts.ts";

/** Which runs are to leave the log: one with its sub-runs, or all that ended so long ago. */
export type Archiving = {
  readonly run?: RunId;
  readonly olderThanMs?: number;
};

export type ArchivingDone = {
  readonly archived: readonly Taken[];
  readonly problems: readonly Problem[];
  /** There are more: ask again. */
  readonly isMore: boolean;
  /** Of the log's file, in bytes. */
  readonly before: number;
  readonly after: number;
};

/** Runs that are archived at once. */
const ARCHIVED_MOST = 1_000;
const STANDINGS_AT_ONCE = 1_000;
const ENDED = ["completed", "failed", "cancelled", "rolled back"];

export const ARCHIVE_FOLDER: string = join(STATE_FOLDER, "archive");

/** Takes runs out of the log into files of their own, and makes the log shorter. */
export async function archive(
  office: Office,
  what: Archiving,
  isOver: () => boolean = () => false,
): Promise<ArchivingDone> {
  const before = sizeOf(office);
  const nothing = { archived: [], isMore: false, before, after: before };
  if (office.isLooking) return { ...nothing, problems: [LOOKING] };
  if (office.archiver === null) return { ...nothing, problems: [IN_MEMORY] };
  const found =
    what.run === undefined ? older(office, what.olderThanMs ?? 0) : named(office, what.run);
  if ("code" in found) return { ...nothing, problems: [found] };
  const archived: Taken[] = [];
  const problems: Problem[] = [];
  try {
    for (const run of found.slice(0, ARCHIVED_MOST)) {
      if (isOver()) break;
      const taken = await office.archiver.take(run);
      if (taken === null) problems.push(notAtRest(run));
      else archived.push(taken);
      if (taken !== null) removeFiles(join(office.folder, STATE_FOLDER, "runs"), run);
    }
    if (archived.length > 0 && !isOver()) await office.log.compact();
  } catch (error) {
    problems.push(problemIn(error));
  }
  const isMore = found.length > ARCHIVED_MOST;
  return { archived, problems, isMore, before, after: sizeOf(office) };
}

function sizeOf({ folder }: Office): number {
  const size = (name: string): number =>
    statSync(join(folder, STATE_FOLDER, name), { throwIfNoEntry: false })?.size ?? 0;
  return size("log.db") + size("log.db-wal");
}

const IN_MEMORY: Problem = {
  code: "not-allowed",
  message: "The log of this company is in memory; nothing of it is archived.",
  mend: "Open a folder.",
};

/** A run with all that it started, those first: a parent is never gone before what belongs to it. */
function named({ log }: Office, run: RunId): readonly RunId[] | Problem {
  const standing = log.standing(run);
  const archived = log.archived(run);
  if (standing === null)
    return archived === null ? noSuchRun(run) : alreadyThere(run, archived.file);
  if (standing.endedAt === null) return notEnded(run, standing.status);
  const below = log.standings({ parent: run, most: ARCHIVED_MOST }).flatMap(({ stream }) => {
    const found = named({ log } as Office, stream as RunId);
    return "code" in found ? [] : found;
  });
  return [...below, run];
}

/** Oldest first; the list is newest first. */
function older({ log, clock }: Office, ageMs: number): readonly RunId[] {
  const found: RunId[] = [];
  for (let offset = 0; ; offset += STANDINGS_AT_ONCE) {
    const some = log.standings({ status: ENDED, most: STANDINGS_AT_ONCE, offset });
    for (const { stream, endedAt, unsettled } of some) {
      const run = parseRunId(stream);
      const isOld = endedAt !== null && endedAt <= clock.now() - ageMs;
      if (run !== null && isOld && !unsettled) found.push(run);
    }
    if (some.length < STANDINGS_AT_ONCE) return found.reverse();
  }
}

/** Archives what has ended long enough ago, and deletes archives that were kept long enough. */
async function retain(
  office: Office,
  keeping: Keeping,
  isOver: () => boolean,
): Promise<readonly Problem[]> {
  const { runsMs, archivesMs } = keeping;
  const { problems } =
    runsMs === null ? { problems: [] } : await archive(office, { olderThanMs: runsMs }, isOver);
  if (archivesMs === null) return problems;
  try {
    for (const { stream, file, endedAt } of office.log.archives(ARCHIVED_MOST)) {
      if (isOver() || endedAt > office.clock.now() - archivesMs) break;
      rmSync(join(office.folder, ARCHIVE_FOLDER, file), { force: true });
      await office.log.forgetArchive(stream);
    }
    return problems;
  } catch (error) {
    return [...problems, problemIn(error)];
  }
}

/** How often a company looks for runs that were kept long enough. */
const LOOK_EVERY_MS = 3_600_000;

/** Keeps to the company's retention and sweeps what nothing refers to, now and from time to time, when nothing is in flight. @returns what ends that */
export function retaining(
  office: Office,
  trouble: (problem: Problem) => void,
): () => Promise<void> {
  if (office.archiver === null) return async () => undefined;
  let isOpen = true;
  let working: Promise<void> | null = null;
  const isOver = (): boolean => !isOpen;
  const work = async (keeping: Keeping): Promise<readonly Problem[]> => [
    ...(await retain(office, keeping, isOver)),
    ...(isOpen ? await sweepArtifacts(office, isOver) : []),
  ];
  const look = async (): Promise<void> => {
    const { keeping } = await office.library.map();
    await office.runtime.idle();
    if (!isOpen || working !== null) return;
    working = work(keeping).then((problems) => {
      for (const problem of problems) trouble({ ...problem, severity: "warning" });
      working = null;
    });
  };
  const begin = (): void => {
    look().catch((error: unknown) => trouble({ ...problemIn(error), severity: "warning" }));
  };
  begin();
  const timer = setInterval(begin, LOOK_EVERY_MS).unref();
  return async () => {
    isOpen = false;
    clearInterval(timer);
    await working;
  };
}

/** @returns null where the log is in memory, or one only looks */
export function archiverOf(
  { folder, log, clock, isLooking }: Omit<Office, "archiver">,
  isKept: boolean,
): Office["archiver"] {
  if (isLooking || !isKept) return null;
  return openArchiver(join(folder, ARCHIVE_FOLDER), { log, now: () => clock.now() });
}

function noSuchRun(run: RunId): Problem {
  return {
    code: "not-found",
    message: `There is no run ${run} here.`,
    mend: 'See "muster runs list".',
  };
}

function alreadyThere(run: RunId, file: string): Problem {
  return {
    code: "already-ended",
    message: `${run} was archived before, as ${join(ARCHIVE_FOLDER, file)}.`,
    mend: `Look at it: muster runs show ${run}`,
  };
}

function notEnded(run: RunId, status: string): Problem {
  return {
    code: "conflict",
    message: `${run} is ${status}: only a run that has ended leaves the log.`,
    mend: `Let it end, or cancel it: muster runs cancel ${run} --why WHY`,
  };
}

function notAtRest(run: RunId): Problem {
  return {
    code: "conflict",
    severity: "warning",
    message: `${run} was not archived: something is left to do in it, or it changed meanwhile.`,
    mend: "Try again later.",
  };
}

/** Where an archived run stands; null where it does not. */
export function archiveOf({ folder, log }: Office, run: RunId): string | null {
  const archived = log.archived(run);
  return archived === null ? null : join(folder, ARCHIVE_FOLDER, archived.file);
}
