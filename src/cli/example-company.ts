import type { Envelope } from "../core/audit/index.ts";
import { effectiveSettings, type Workflow } from "../core/definition/index.ts";
import { progressOf, stateDocument, statusOf } from "../core/history/index.ts";
import { parseRunId, type RunId } from "../core/id.ts";
import { instantOf } from "../core/instant.ts";
import type { JsonObject } from "../core/json.ts";
import { type Body, draftOf, type Event, eventOf, type Told } from "../core/machine/index.ts";
import { beginReading, type Evidence, readOn, reviewOf, summaryOf } from "../core/review/index.ts";
import type { Company, Waiting } from "../engine/company/index.ts";
import type { Standing, StandingFilter } from "../engine/store/index.ts";
import { type Checked, checkOf } from "./example-check.ts";
import { type Logs, readHistory } from "./following/read-history.ts";

/** What happens after a run was told something: events, one after another; it waits where they end. */
export type Script = (told: Told, run: RunId) => readonly Body[];

export type Example = Company & {
  readonly told: readonly { readonly run: RunId; readonly told: Told; readonly by: string }[];
  readonly published: Parameters<Company["publish"]>[];
  readonly started: readonly { readonly params: JsonObject; readonly requestId: string | null }[];
};

type Kept = { readonly id: RunId; readonly log: Envelope[]; wake: () => void; standing: Standing };

const START_AT = 1_765_533_600_000;

type More = Checked & {
  readonly waiting?: readonly Waiting[];
  readonly isAtWork?: boolean;
};

/**
 * A company in memory whose runs do what a script says: small and real enough for the command line.
 * Time passes a second an event.
 */
export function openExample(workflow: Workflow, script: Script, more: More = {}): Example {
  const runs = new Map<string, Kept>();
  const told: Example["told"][number][] = [];
  const started: Example["started"][number][] = [];
  const published: Example["published"] = [];
  const { waiting = [], isAtWork = true } = more;
  const standing = (run: RunId): Standing | null => runs.get(run)?.standing ?? null;
  const reading = readingOf(runs, workflow);
  const tell = async (kept: Kept, what: Told, by: string): Promise<void> => {
    told.push({ run: kept.id, told: what, by });
    for (const body of script(what, kept.id)) kept.log.push(enveloped(kept, body));
    kept.standing = await standingOf(reading, kept);
    kept.wake();
  };
  return {
    ...reading,
    ...ALONE,
    isAtWork: () => isAtWork,
    told,
    started,
    ...checkOf(more),
    workflow: async (name) => (name === workflow.name ? workflow : null),
    run: async (_name, params = {}, { requestId = null, by = "somebody" } = {}) => {
      started.push({ params, requestId });
      const kept = newRun(runs.size + 1);
      runs.set(kept.id, kept);
      const start = { type: "start", definition: workflow.digest, params, parent: null } as const;
      await tell(kept, start, by);
      return { run: kept.id, warnings: [], again: false };
    },
    send: async (run, what, { by = "somebody" } = {}) => {
      const kept = runs.get(run);
      if (kept) await tell(kept, what, by);
      return [];
    },
    published,
    publish: (...what) => publishedTo(runs, published, what),
    standing,
    waiting: async (run) => (runs.has(run) ? waiting : null),
    settled: async (run) => standing(run) ?? newRun(0).standing,
    ...papersIn(reading, workflow),
    ...RECORD,
    ...CLOSING,
  };
}

function readingOf(
  runs: ReadonlyMap<string, Kept>,
  workflow: Workflow,
): Pick<Company, "definition" | "events" | "folder" | "read" | "runs"> {
  return {
    folder: "/example",
    read: (stored) => ("value" in stored ? stored.value : null),
    definition: () => workflow,
    events: (run, options) => eventsOf(runs.get(run), options),
    runs: (filter) => standingsOf(runs, filter),
  };
}

const RECORD: Pick<
  Company,
  "exportAudit" | "why" | "audit" | "sign" | "rotateKey" | "erase" | "eraseListed" | "hold"
> = {
  why: async () => ({ problems: [] }),
  exportAudit: async () => ({ problems: [] }),
  audit: async () => ({ problems: [] }),
  sign: async () => ({ size: 0, note: "" }),
  rotateKey: async () => ({ key: "" }),
  erase: async () => ({ subjects: [], streams: 0, contents: 0, files: 0 }),
  eraseListed: async () => ({ subjects: [], streams: 0, contents: 0, files: 0 }),
  hold: async () => [],
};

type OfMap =
  | "publishMap"
  | "mapVersions"
  | "mapProposed"
  | "mapDifferences"
  | "drawMap"
  | "whichMay"
  | "rules"
  | "replayRules";

const WITHOUT_MAP: Pick<Company, OfMap> = {
  publishMap: async () => ({ version: null, problems: [] }),
  mapVersions: async () => [],
  mapProposed: async () => null,
  mapDifferences: async () => ({ differences: [] }),
  drawMap: async () => ({ picture: null, problems: [] }),
  whichMay: async () => ({ answers: [] }),
  rules: async () => ({ rules: [], tables: [], problems: [] }),
  replayRules: async () => ({ judged: 0, changed: [], unclear: 0, shadow: [] }),
};

function papersIn(
  reading: Logs,
  { settings = [] }: Workflow,
): Pick<
  Company,
  | "settings"
  | "document"
  | "review"
  | "findings"
  | "summary"
  | OfMap
  | "task"
  | "agents"
  | "steer"
  | "govern"
  | "governed"
  | "tools"
  | "tool"
  | "tryTool"
  | "archive"
  | "backup"
  | "doctor"
  | "examine"
  | "archiveOf"
> {
  return {
    settings: async () => effectiveSettings(settings),
    archive: async () => ({ archived: [], problems: [], isMore: false, before: 0, after: 0 }),
    archiveOf: () => null,
    backup: async (file) => ({ file, runs: 0, cases: 0, events: 0, bytes: 0, sealed: 0 }),
    doctor: async () => [],
    examine: async () => [],
    task: async () => null,
    agents: async () => [],
    steer: async () => [],
    govern: async () => [],
    governed: async () => ({ kills: [], delegations: [], reviews: [] }),
    tools: async () => ({ tools: [], problems: [] }),
    tool: async () => null,
    tryTool: async () => ({ verdict: null, problems: [] }),
    ...WITHOUT_MAP,
    summary: async (run) => summaryOf(await evidenceIn(reading, run), null),
    review: async (run) => ({ ...(await reviewIn(reading, run)), run, hash: null, estimate: null }),
    findings: async (run) => (await reviewIn(reading, run)).findings,
    document: async (run) => stateDocument(await readHistory(reading, run)),
  };
}

/** Of the script's log, which has no hash chain. */
async function reviewIn(
  reading: Logs,
  run: RunId,
): Promise<Omit<Awaited<ReturnType<Company["review"]>>, "run" | "hash" | "estimate">> {
  const { read, ...seen } = await evidenceIn(reading, run);
  const { seq: events } = read.history;
  const review = reviewOf({ read, ...seen });
  return { ...review, status: statusOf(read.history), events, tookMs: 0 };
}

async function evidenceIn(reading: Logs, run: RunId): Promise<Evidence> {
  const workflow = reading.definition(run);
  if (!workflow) throw new Error("The example's runs have a definition.");
  let read = beginReading(workflow);
  for await (const envelope of reading.events(run)) read = readOn(read, eventOf(envelope));
  const nothing = { chain: null, damage: null, estimate: null, checkpoints: null, notices: null };
  const now = read.history.updatedAt ?? 0;
  return { ...nothing, read, waits: 0, isAtWork: false, now };
}

const ALONE = {
  isGuest: false,
  notices: (): [] => [],
  request: async (): Promise<{ case: null; problems: [] }> => ({ case: null, problems: [] }),
  cases: (): [] => [],
  requestTypes: async (): Promise<[]> => [],
  case: (): null => null,
  tellCase: async (): Promise<[]> => [],
  metrics: async (): Promise<{ type: string; text: string }> => ({ type: "", text: "" }),
  workflows: async (): Promise<[]> => [],
};
const NOT_HERE = { code: "not-found", message: "The example keeps no checkpoints." } as const;
const NO_FORKS = {
  artifacts: () => ({ artifacts: [], isMore: false }),
  artifact: () => ({ problems: [NOT_HERE] }),
  putArtifact: async () => ({ problems: [NOT_HERE] }),
  putFile: async () => ({ problems: [NOT_HERE] }),
  saveFile: async () => [NOT_HERE],
  fork: async () => ({ run: null, problems: [NOT_HERE] }),
  checkpoints: async () => [],
  exportCheckpoint: async () => ({ problems: [NOT_HERE] }),
  importCheckpoint: async () => ({ run: null, problems: [NOT_HERE] }),
} satisfies Partial<Company>;

const CLOSING = {
  ...NO_FORKS,
  close: async (): Promise<void> => undefined,
  [Symbol.asyncDispose]: async (): Promise<void> => undefined,
};

async function publishedTo(
  runs: ReadonlyMap<string, Kept>,
  published: Example["published"],
  what: Example["published"][number],
): ReturnType<Company["publish"]> {
  published.push(what);
  return { kept: true, again: false, told: [...runs.values()].map(({ id }) => id), problems: [] };
}

function newRun(number: number): Kept {
  const id = parseRunId(`wf_example_${number}`);
  if (!id) throw new Error("The example's run ids are run ids.");
  return { id, log: [], wake: () => undefined, standing: {} as Standing };
}

async function* eventsOf(
  kept: Kept | undefined,
  { after = 0, follow = false }: { readonly after?: number; readonly follow?: boolean } = {},
): AsyncGenerator<Envelope> {
  for (let at = after; kept; at += 1) {
    while (follow && at >= kept.log.length)
      await new Promise<void>((resolve) => {
        kept.wake = resolve;
      });
    const envelope = kept.log[at];
    if (!envelope) return;
    yield envelope;
    if (follow && envelope.type === "run.finished") return;
  }
}

function standingsOf(
  runs: ReadonlyMap<string, Kept>,
  { status, most = 100 }: Partial<StandingFilter> = {},
): readonly Standing[] {
  return [...runs.values()]
    .map((kept) => kept.standing)
    .filter((standing) => !status || status.includes(standing.status))
    .toReversed()
    .slice(0, most);
}

async function standingOf(company: Logs, { id, log }: Kept): Promise<Standing> {
  const history = await readHistory(company, id);
  const { done, expected } = progressOf(history);
  const { name: workflow, version } = history.workflow;
  const startedAt = history.acceptedAt ?? START_AT;
  const seq = log.length;
  const status = statusOf(history);
  return {
    stream: id,
    seq,
    updatedAt: history.updatedAt ?? startedAt,
    workflow,
    version,
    status,
    unsettled: false,
    startedAt,
    endedAt: history.endedAt,
    done,
    expected,
    parent: null,
    note: history.error?.message ?? "",
  };
}

function enveloped(kept: Kept, body: Body): Envelope {
  const seq = kept.log.length + 1;
  const event: Event = { ...body, by: "muster", seq, at: START_AT + seq * 1000 };
  const { at, ...draft } = draftOf(event);
  const chain = { prev: "sha256:0" as Envelope["prev"], hash: "sha256:0" as Envelope["hash"] };
  const place = { v: 1, tenant: "example", stream: kept.id, position: seq, sealed: [] } as const;
  const envelope = {
    ...draft,
    ...place,
    ...chain,
    id: `${kept.id}.${seq}`,
    at: instantOf(at),
    cause: "",
  };
  eventOf(envelope);
  return envelope;
}
