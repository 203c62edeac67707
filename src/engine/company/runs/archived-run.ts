import { basename, dirname } from "node:path";
import type { Envelope } from "../../../core/audit/index.ts";
import type { Workflow } from "../../../core/definition/index.ts";
import { checkpointsOf } from "../../../core/history/index.ts";
import type { Digest, RunId } from "../../../core/id.ts";
import type { Json } from "../../../core/json.ts";
import { absent, eventOf, evolving, givenAt, type Stored } from "../../../core/machine/index.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import { findingsOf, summaryOf } from "../../../core/review/index.ts";
import { type ArchivedRun, linesIn } from "../../archive/index.ts";
import { type Keyring, openKeyring } from "../../sealing/index.ts";
import { ERASED_CONTENT, openEvent, openText } from "../../store/index.ts";
import type { Company } from "../company.ts";
import { recall } from "../files/workflow-file.ts";
import { listed } from "./checkpoints.ts";
import type { CheckpointListed } from "./company-runs.ts";
import { documentOf, type Source } from "./document.ts";
import { reviewed, seenOf } from "./review.ts";

/**
 * One archived run, to look at as one looks at a company: it can be shown, read and verified, and
 * nothing can be told to it. The file is read as it is; what is wrong with its log, `review` says.
 *
 * @throws MusterError "not-found" or "corrupt"
 */
export async function openArchived(file: string, now: () => number): Promise<Company> {
  const archived = opened(await linesIn(file), dirname(dirname(file)));
  const { standing } = archived;
  const run = standing.stream as RunId;
  const source = sourceOf(archived, { file, now });
  const close = async (): Promise<void> => undefined;
  return {
    folder: source.folder,
    events: source.events,
    definition: source.definition,
    waiting: source.waiting,
    isAtWork: source.isAtWork,
    read: (stored) => ("value" in stored ? stored.value : source.read(stored as Stored)),
    isGuest: false,
    ...refusing(archivedProblem(run, file)),
    ...ofNoCompany(),
    standing: (id) => (id === run ? standing : null),
    runs: () => [standing],
    settled: async () => standing,
    document: async (id) => documentOf(source, await seenOf(source, id), null),
    review: (id) => reviewed(source, id),
    findings: async (id) => findingsOf(await seenOf(source, id)),
    summary: async (id) => summaryOf(await seenOf(source, id), null),
    archiveOf: () => file,
    checkpoints: async () => checkpointsIn(archived, source),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The log names them; copies of them are left with the log that it was in. */
function checkpointsIn(archived: ArchivedRun, source: Source): readonly CheckpointListed[] {
  const workflow = source.definition(archived.standing.stream as RunId);
  if (workflow === null) return [];
  const events = archived.events.map(eventOf);
  return checkpointsOf(events, workflow, events.at(-1)?.at ?? 0).map((one) =>
    listed(one, workflow, false),
  );
}

/** Where the company's keys are beside its archives, what is sealed is shown; else it is as good as erased. */
function opened(archived: ArchivedRun, state: string): ArchivedRun {
  const keys = openKeyring(state, true);
  try {
    return openedWith(archived, keys);
  } finally {
    keys.close();
  }
}

/** The same with what is sealed opened; what nobody can open any more is shown as erased. */
export function openedWith(archived: ArchivedRun, keys: Keyring): ArchivedRun {
  const contents = [...archived.contents].map(
    ([digest, text]) => [digest, openText(text, digest, keys) ?? ERASED_CONTENT] as const,
  );
  const events = archived.events.map((event) =>
    event.sealed.length === 0 ? event : openEvent(event, keys),
  );
  return { ...archived, contents: new Map(contents), events };
}

type Telling =
  | "foresee"
  | "check"
  | "steer"
  | "govern"
  | "publishMap"
  | "mapDifferences"
  | "drawMap"
  | "whichMay"
  | "rules"
  | "replayRules"
  | "run"
  | "fork"
  | "exportCheckpoint"
  | "importCheckpoint"
  | "send"
  | "publish"
  | "archive"
  | "artifact"
  | "putArtifact"
  | "request"
  | "tellCase"
  | "putFile"
  | "saveFile"
  | "backup"
  | "audit"
  | "why"
  | "sign"
  | "rotateKey"
  | "erase"
  | "eraseListed"
  | "exportAudit"
  | "hold";

/** Whatever is told to it is answered by this. */
function refusing(problem: Problem): Pick<Company, Telling> {
  const problems = [problem];
  const refused = async (): Promise<readonly Problem[]> => problems;
  const notStarted = async (): Promise<{ run: null; problems: readonly Problem[] }> => ({
    run: null,
    problems,
  });
  return {
    check: refused,
    foresee: async () => ({ foresight: null, problems }),
    steer: refused,
    govern: refused,
    publishMap: async () => ({ version: null, problems }),
    mapDifferences: async () => ({ differences: null, problems }),
    drawMap: async () => ({ picture: null, problems }),
    whichMay: async () => ({ answers: null, problems }),
    rules: async () => ({ rules: [], tables: [], problems }),
    replayRules: async () => ({ judged: null, problems }),
    run: notStarted,
    fork: notStarted,
    exportCheckpoint: async () => ({ problems }),
    importCheckpoint: notStarted,
    send: refused,
    publish: async () => ({ kept: false, again: false, told: [], problems }),
    archive: async () => ({ archived: [], problems, isMore: false, before: 0, after: 0 }),
    artifact: () => ({ problems }),
    putArtifact: async () => ({ problems }),
    request: async () => ({ case: null, problems }),
    tellCase: refused,
    putFile: async () => ({ problems }),
    saveFile: refused,
    backup: async () => ({ file: null, problem }),
    audit: async () => ({ problems }),
    why: async () => ({ problems }),
    sign: async () => ({ problems }),
    rotateKey: async () => ({ problems }),
    erase: async () => ({ problems }),
    eraseListed: async () => ({ problems }),
    exportAudit: async () => ({ problems }),
    hold: refused,
  };
}

type OfCompany =
  | "advice"
  | "improvements"
  | "agents"
  | "governed"
  | "mapVersions"
  | "mapProposed"
  | "tools"
  | "tool"
  | "tryTool"
  | "doctor"
  | "examine"
  | "checkpoints"
  | "artifacts"
  | "settings"
  | "workflows"
  | "workflow"
  | "task"
  | "notices"
  | "cases"
  | "requestTypes"
  | "case"
  | "metrics";

/** What stands beside a run in its company is not in its archive. */
function ofNoCompany(): Pick<Company, OfCompany> {
  return {
    advice: async () => [],
    improvements: async () => null,
    agents: async () => [],
    governed: async () => ({ kills: [], delegations: [], reviews: [] }),
    mapVersions: async () => [],
    mapProposed: async () => null,
    tools: async () => ({ tools: [], problems: [] }),
    tool: async () => null,
    tryTool: async () => ({ verdict: null, problems: [] }),
    doctor: async () => [],
    examine: async () => [],
    checkpoints: async () => [],
    artifacts: () => null,
    settings: async () => null,
    workflows: async () => [],
    workflow: async () => null,
    task: async () => null,
    notices: () => [],
    cases: () => [],
    requestTypes: async () => [],
    case: () => null,
    metrics: async () => ({ type: "text/plain", text: "" }),
  };
}

type Around = {
  readonly file: string;
  readonly now: () => number;
};

function sourceOf(archived: ArchivedRun, { file, now }: Around): Source {
  const { contents, events, standing } = archived;
  const read = (digest: string): Json => {
    const text = contents.get(digest as Digest);
    if (text === undefined) throw lost(file, `the content ${digest}`);
    return JSON.parse(text) as Json;
  };
  const first = definitionIn(archived, file);
  const definitions = (digest: Digest): Workflow | null => {
    const content = contents.get(digest);
    return content === undefined ? null : recall(content);
  };
  const start = absent(standing.stream as RunId, first, definitions);
  // What is damaged stops here; the review says where.
  const run = orNull(() => events.map(eventOf).reduce(evolving(read), start));
  return {
    folder: file,
    events: (_run, options = {}) => after(events, options.after ?? 0),
    definition: () => run?.workflow ?? first,
    read: (stored) => ("value" in stored ? stored.value : read(stored.digest)),
    gathered: (_run, path) => (run === null ? null : givenAt(run, path, read)),
    runs: () => [],
    waiting: async () => [],
    notices: () => [],
    checkpoints: async () => null,
    isAtWork: () => false,
    now: () => standing.endedAt ?? now(),
    content: (digest) => contents.get(digest) ?? null,
  };
}

async function* after(events: readonly Envelope[], seq: number): AsyncGenerator<Envelope> {
  yield* events.filter((event) => event.seq > seq);
}

function orNull<Value>(make: () => Value): Value | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof MusterError) return null;
    throw error;
  }
}

/** What the run was started with; where it was moved to another, the log says so. */
function definitionIn({ contents, events }: ArchivedRun, file: string): Workflow {
  const content = contents.get(events[0]?.data["definition"] as Digest);
  const workflow = content === undefined ? null : recall(content);
  if (workflow === null) throw lost(file, "the definition of the run");
  return workflow;
}

function lost(file: string, what: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The archive ${basename(file)} does not hold ${what}.`,
    mend: "Take it from a backup.",
  });
}

function archivedProblem(run: RunId, file: string): Problem {
  return {
    code: "not-allowed",
    message: `${run} was archived in ${file}; nothing can be told to it any more.`,
    mend: "Start a new run.",
  };
}
