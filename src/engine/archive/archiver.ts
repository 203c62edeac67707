import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "../../core/audit/index.ts";
import { type Digest, parseDigest, parseRunId, type RunId } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import { MusterError } from "../../core/problem.ts";
import { keepNames } from "../kept-names.ts";
import type { Log, Standing } from "../store/index.ts";
import { ARCHIVE_ENDING, readArchive, writeArchive } from "./archive-file.ts";

/**
 * Moves ended runs out of the log into files. In this order, so that a process may die at any moment
 * and nothing is lost and nothing stands twice: the file is written under `pending`, on disk, and read
 * back; the log notes it and lets the run go, in one transaction; the file is given its name. On opening,
 * a pending file that the log notes is given its name, and any other is taken away.
 */
export type Archiver = {
  /** @returns what became of it; null where it is not at rest, or is there no more */
  readonly take: (run: RunId) => Promise<Taken | null>;
  readonly folder: string;
};

export type Taken = { readonly run: RunId; readonly file: string; readonly bytes: number };

const PENDING = "pending";

/** @param folder `.muster/archive` of a company whose log this process holds */
export function openArchiver(
  folder: string,
  { log, now }: { readonly log: Log; readonly now: () => number },
): Archiver {
  const pending = join(folder, PENDING);
  mkdirSync(pending, { recursive: true, mode: 0o700 });
  settle(folder, log);
  return {
    folder,
    take: async (run) => {
      const standing = log.standing(run);
      if (standing === null || standing.endedAt === null || standing.unsettled) return null;
      const file = `${run}${ARCHIVE_ENDING}`;
      const draft = join(pending, file);
      const end = await write(draft, { log, standing, now: now() });
      const { workflow, status, endedAt } = standing;
      const note = { stream: run, file, at: now(), endedAt, workflow, status, ...end };
      const [taken] = await log.archive([note]);
      if (taken === undefined) {
        rmSync(draft, { force: true });
        return null;
      }
      const path = join(folder, file);
      renameSync(draft, path);
      keepNames(folder);
      return { run, file: path, bytes: statSync(path).size };
    },
  };
}

/** Nobody else writes there: what is pending was left by a process that died. */
function settle(folder: string, log: Log): void {
  for (const file of readdirSync(join(folder, PENDING))) {
    const path = join(folder, PENDING, file);
    const run = parseRunId(file.slice(0, -ARCHIVE_ENDING.length));
    if (run !== null && log.archived(run) !== null) renameSync(path, join(folder, file));
    else rmSync(path, { force: true });
  }
  keepNames(folder);
}

type End = { readonly seq: number; readonly hash: Digest };

/** Written and read back: what cannot be verified is not let go of. */
async function write(
  path: string,
  { log, standing, now }: { readonly log: Log; readonly standing: Standing; readonly now: number },
): Promise<End> {
  const digests = new Set<Digest>();
  let last: Envelope | null = null;
  let isSealed = false;
  for (const event of log.read(standing.stream)) {
    for (const digest of digestsIn(event.data)) digests.add(digest);
    last = event;
    isSealed ||= event.sealed.length > 0;
  }
  if (last === null) throw lost(standing);
  const end = { seq: last.seq, hash: last.hash };
  await writeArchive(path, {
    standing: isSealed ? { ...standing, note: "" } : standing,
    archivedAt: now,
    end,
    contents: contentsOf(log, digests),
    events: log.read(standing.stream),
  });
  await readArchive(path);
  return end;
}

function* contentsOf(log: Log, digests: Iterable<Digest>): Generator<readonly [Digest, string]> {
  for (const digest of digests) {
    const text = log.kept(digest);
    if (text !== null) yield [digest, text];
  }
}

/** All that may be the name of a content: the definition, outputs, params of what was taken from outside. */
function* digestsIn(value: Json): Generator<Digest> {
  if (typeof value === "string") {
    const digest = parseDigest(value);
    if (digest !== null) yield digest;
  } else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* digestsIn(inner);
}

function lost({ stream }: Standing): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The log of ${stream} is empty, though it has ended.`,
    mend: "Restore the folder .muster from a backup.",
  });
}
