import { join } from "node:path";
import type { Envelope } from "../../../core/audit/index.ts";
import type { Workflow } from "../../../core/definition/index.ts";
import type { Digest, StreamId } from "../../../core/id.ts";
import type { Json } from "../../../core/json.ts";
import { MusterError } from "../../../core/problem.ts";
import { type ArchivedRun, linesIn } from "../../archive/index.ts";
import { recall } from "../files/workflow-file.ts";
import type { Office } from "../office.ts";
import { openedWith } from "../runs/archived-run.ts";
import { ARCHIVE_FOLDER } from "../runs/archiving.ts";

/** What happened in a stream, whether it stands in the log or in an archive; what is sealed is opened. */
export type Past = {
  readonly stream: StreamId;
  readonly events: Iterable<Envelope>;
  /** @throws MusterError where it is not there, or nobody can read it any more */
  readonly read: (digest: Digest) => Json;
  readonly definition: (digest: Digest) => Workflow | null;
};

type In = Pick<Office, "folder" | "log" | "runtime" | "library">;

/** Of a stream that is nowhere the events are none. @throws MusterError what is wrong with its archive */
export async function pastOf(office: In, stream: StreamId): Promise<Past> {
  const { log, runtime, library } = office;
  const archived = log.archived(stream);
  if (archived !== null) return archivedPast(office, await read(office, archived.file));
  return {
    stream,
    events: { [Symbol.iterator]: () => log.read(stream)[Symbol.iterator]() },
    read: (digest) => runtime.read(digest),
    definition: (digest) => library.byDigest(digest),
  };
}

/** Archives that are looked up, to know how many there are. */
const ARCHIVES_LISTED_MOST = 1_000_000;

/**
 * Runs that have left the log, those that ended last first. What cannot be read is passed over: to tell of
 * it is what `audit verify` is for.
 */
export async function* archivedPasts(
  office: In,
  { since = 0, most }: { readonly since?: number; readonly most: number },
): AsyncGenerator<Past> {
  const all = most > 0 ? office.log.archives(ARCHIVES_LISTED_MOST).slice(-most) : [];
  for (const { file, endedAt } of all.toReversed()) {
    if (endedAt < since) return;
    try {
      yield archivedPast(office, await read(office, file));
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
    }
  }
}

async function read({ folder, log }: In, file: string): Promise<ArchivedRun> {
  return openedWith(await linesIn(join(folder, ARCHIVE_FOLDER, file)), log.keys);
}

function archivedPast({ library }: In, { standing, events, contents }: ArchivedRun): Past {
  const { stream } = standing;
  return {
    stream,
    events,
    read: (digest) => {
      const text = contents.get(digest);
      if (text === undefined) throw absent(stream, digest);
      return JSON.parse(text) as Json;
    },
    definition: (digest) => {
      const text = contents.get(digest);
      return text === undefined ? library.byDigest(digest) : recall(text);
    },
  };
}

function absent(stream: StreamId, digest: Digest): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The archive of ${stream} does not hold the content ${digest}.`,
    mend: "Take it from a backup.",
  });
}
