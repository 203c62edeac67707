import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Workflow } from "../../../core/definition/index.ts";
import type { Digest, RunId } from "../../../core/id.ts";
import type { JsonObject } from "../../../core/json.ts";
import { givenAt } from "../../../core/machine/index.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import { findingsOf, type RunFiles, summaryOf } from "../../../core/review/index.ts";
import {
  filesOf,
  metricsOf,
  openRunFiles,
  type Papers,
  type RunFilesReader,
  runLog,
} from "../../run-files/index.ts";
import { isHeld, STATE_FOLDER } from "../../store/index.ts";
import type { Company } from "../company.ts";
import type { Office } from "../office.ts";
import { quiet } from "../quiet.ts";
import { notesOf } from "./checkpoints.ts";
import { documentOf, type Source } from "./document.ts";
import { eventsOf } from "./following.ts";
import { reviewed, seenOf } from "./review.ts";
import { standingIn } from "./standings.ts";
import { waitingIn } from "./waiting.ts";

/** What is written of a company's runs, for people and programs: read off the log, and never kept beside it. */
export function papersOf(
  office: Office,
): Pick<Company, "document" | "review" | "findings" | "summary"> {
  const source = sourceOf(office);
  return {
    summary: async (run) => {
      const hasEnded = (office.log.standing(run)?.endedAt ?? null) !== null;
      const files = hasEnded ? await office.files?.of(run) : null;
      return summaryOf(await seenOf(source, run), files ?? written(office, run));
    },
    document: (run) =>
      seenOf(source, run).then((seen) =>
        asItIs(office, run, documentOf(source, seen, written(office, run))),
      ),
    review: (run) => reviewed(source, run),
    findings: async (run) => findingsOf(await seenOf(source, run)),
  };
}

const FOLDER = join(STATE_FOLDER, "runs");

/** The files of a run that another process has written; null where there are none. */
function written({ folder }: Office, run: RunId): RunFiles | null {
  const files = filesOf(join(folder, FOLDER), run);
  return existsSync(files.state) ? files : null;
}

/** The reader that writes the papers of ended runs. */
export function runFilesOf(office: Office, trouble: (problem: Problem) => void): RunFilesReader {
  const folder = join(office.folder, FOLDER);
  const { log, runtime } = office;
  return openRunFiles({
    folder,
    log,
    trouble,
    idle: () => quiet(runtime),
    papers: (run) => papers(office, run, filesOf(folder, run)),
  });
}

async function papers(office: Office, run: RunId, files: RunFiles): Promise<Papers> {
  const source = sourceOf(office);
  const seen = await seenOf(source, run);
  const { history } = seen.read;
  const outputs = history.outputs ? source.read(history.outputs) : null;
  const state = documentOf(source, seen, files);
  return {
    outputs: `${JSON.stringify(outputs, null, 2)}\n`,
    state: `${JSON.stringify(state, null, 2)}\n`,
    log: await runLog(source.events(run)),
    metrics: metricsOf(history),
  };
}

function sourceOf(office: Office): Source {
  const { folder, library, log, clock, runtime } = office;
  return {
    folder,
    events: (run, options = {}) => eventsOf(office, run, options),
    runs: (filter) => log.standings({ most: 1_000, ...filter }),
    waiting: async (id) => waitingIn(office, id),
    isAtWork: () => !office.isLooking || isHeld(folder),
    now: () => clock.now(),
    content: (digest) => log.content(digest),
    notices: (run) => office.readers.notices(run),
    checkpoints: (run) => notesOf(office, run),
    read: (stored) => ("value" in stored ? stored.value : runtime.read(stored.digest as Digest)),
    definition: (run) => definitionOf(run, { log, library, runtime }),
    gathered: (id, path) => {
      const run = runtime.run(id);
      return run === null ? null : givenAt(run, path, (digest) => runtime.read(digest));
    },
  };
}

/** Whether its sub-runs wait stands in their logs, not in its own. */
function asItIs(office: Office, run: RunId, document: JsonObject): JsonObject {
  const waits = document["status"] === "running" && standingIn(office, run)?.status === "waiting";
  return waits ? { ...document, status: "waiting" } : document;
}

type Pinned = Pick<Office, "log" | "library" | "runtime">;

/** Where the run cannot be folded any more, its first event still names what it was started with. */
function definitionOf(run: RunId, pinned: Pinned): Workflow | null {
  try {
    return pinned.runtime.run(run)?.workflow ?? null;
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return firstDefinition(run, pinned);
  }
}

function firstDefinition(run: RunId, { log, library }: Pinned): Workflow | null {
  try {
    for (const { data } of log.read(run)) return library.byDigest(data["definition"] as Digest);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
  return null;
}
