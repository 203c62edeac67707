import type { Envelope } from "../../core/audit/index.ts";
import type { Case } from "../../core/cases/index.ts";
import type { Governing, MapProposed, MapVersion, Steering } from "../../core/company/index.ts";
import type { Setting, Workflow } from "../../core/definition/index.ts";
import type { Advice, Improvements } from "../../core/foresight/index.ts";
import type { CaseId, Digest, RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Packet, Told } from "../../core/machine/index.ts";
import type { WhichQuestion } from "../../core/map-picture/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { Finding, Summary } from "../../core/review/index.ts";
import type { BackedUp } from "../backup/index.ts";
import type { NoticeRecord } from "../notify/index.ts";
import type { Format } from "../observe/index.ts";
import type { Standing, StandingFilter } from "../store/index.ts";
import type { CaseListed, CasesWanted, Requested, RequestTypeListed } from "./cases/case-verbs.ts";
import type { CaseTelling } from "./cases/check-case-told.ts";
import type { RequestGiven } from "./cases/check-request.ts";
import type { Looked } from "./doctor.ts";
import type { Examined } from "./examine.ts";
import type { MapAsked, MapDrawn } from "./map/draw-map.ts";
import type { GovernedNow } from "./map/governed.ts";
import type { MapCompared, WhichMap } from "./map/map-verbs.ts";
import type { MapPublished } from "./map/maps.ts";
import type { RulesListed, RulesReplayed } from "./map/rules-verbs.ts";
import type { ToolListed, ToolShown, ToolTried, ToolTrying } from "./map/tool-verbs.ts";
import type { Audited, OutsideCheckpoints, SignedNow } from "./record/audit.ts";
import type { AuditExported, ExportAsked } from "./record/audit-export.ts";
import type { ErasureList } from "./record/erased-before.ts";
import type { Erased, ErasureAsked, HoldTold } from "./record/erasing.ts";
import type { WhyAsked, WhyTold } from "./record/why.ts";
import type { Archiving, ArchivingDone } from "./runs/archiving.ts";
import type {
  ArtifactGot,
  ArtifactList,
  ArtifactName,
  ArtifactPut,
  FilePut,
} from "./runs/artifacts.ts";
import type { Foreseen, ForeseeOptions } from "./runs/foresight.ts";
import type { Reviewed } from "./runs/review.ts";
import type { ForOneRun } from "./runs/run-overlay.ts";
import type { AgentView } from "./staff/agents.ts";

/**
 * A company's folder, opened: the library's door, and all that the command line uses. What stands in
 * the log or the files is read, at once; what only the process at work knows or does is asked for, and
 * so is a promise: another process may have to be asked.
 */
export interface Company extends AsyncDisposable {
  readonly folder: string;
  /** Another process does the work, and is asked: it goes on when this one is closed. */
  readonly isGuest: boolean;
  /** Every problem of a definition, of an agent, or (without a name) of the whole folder. */
  check(file?: string): Promise<readonly Problem[]>;
  /** What a run would do: its order, time and price, and where it may fail. Nothing is performed. */
  foresee(workflow: string, params?: JsonObject, options?: ForeseeOptions): Promise<Foreseen>;
  /** What past runs of a workflow show could be better, with figures; null where there is no such workflow. */
  improvements(workflow: string): Promise<Improvements | null>;
  /** What could be better about a workflow that is right, or about every one of the folder. */
  advice(file?: string): Promise<readonly Advice[]>;
  /**
   * Starts a workflow, by its name or its file. Resolves when `run.accepted` is on disk. The same
   * `requestId` again gives the same run for thirty days.
   *
   * @param options.run the id it is to have; one that is there already is started no second time
   * @param options.subject whose data it works with, by a name of your own or by id: what its log holds of
   *                       them is sealed with a key of theirs, and gone when that key is destroyed
   * @param options.config settings for this run: `{ "max_concurrency": 10 }`; they go before the workflow's
   * @param options.bind   inputs of steps for this run: `{ "step2.inputs.x": { value: 1 } }`
   */
  run(
    workflow: string,
    params?: JsonObject,
    options?: {
      readonly requestId?: string;
      readonly by?: string;
      readonly origin?: JsonObject;
      readonly run?: RunId;
      readonly subject?: string;
    } & ForOneRun,
  ): Promise<Started>;
  /**
   * Starts a run that begins with what another had at a checkpoint ("cp_5") or at an event of its log
   * that ends a decision; without one, at its end. It inherits what steps gave, but no approval, no
   * money, no call in flight and no duty to undo.
   *
   * @param options.params      those that are to be others
   * @param options.retryFailed what was degraded, or tolerated as failed, is tried again
   * @param options.run         the id it is to have; one that is there already is started no second time
   */
  fork(
    source: RunId,
    options?: {
      readonly from?: string;
      readonly params?: JsonObject;
      readonly retryFailed?: boolean;
      readonly by?: string;
      readonly run?: RunId;
    },
  ): Promise<Forked>;
  /** The checkpoints of a run, oldest first; null when there is no such run. */
  checkpoints(run: RunId): Promise<readonly CheckpointListed[] | null>;
  /** A checkpoint as one self-contained document, as text. */
  exportCheckpoint(run: RunId, id: string): Promise<Exported>;
  /**
   * Makes a run of an exported document, which waits until somebody resumes it. The same document
   * twice is one run; one that is damaged or was changed makes none.
   */
  importCheckpoint(document: string, options?: { readonly by?: string }): Promise<Imported>;
  /** Tells a run something; resolves when it is on disk. */
  send(
    run: RunId,
    told: Told,
    options?: { readonly by?: string; readonly id?: string },
  ): Promise<readonly Problem[]>;
  /**
   * Keeps an event for thirty days (of a million at most), and tells the runs that wait for it. A run
   * that comes to wait for it later is told then, where it was accepted before the event. Each run
   * that waits takes it once; the next wait of that run takes the next.
   *
   * @param options.key which of many: an order's number
   * @param options.id  the same event, key and id again is once
   */
  publish(
    event: string,
    payload: JsonObject,
    options?: { readonly key?: string; readonly id?: string; readonly by?: string },
  ): Promise<Published>;
  /**
   * Brings a piece of incoming work to its case: to the one that is found by what it is about, or to a
   * new one, which begins the workflow of its type. Resolves when it is on disk. The same `requestId`
   * again is the same request for thirty days.
   */
  request(given: RequestGiven): Promise<Requested>;
  /** The types of requests that the map in force has. */
  requestTypes(): Promise<readonly RequestTypeListed[]>;
  /** Cases, newest first. */
  cases(wanted?: CasesWanted): readonly CaseListed[];
  /** All that is known of a case; null where there is none. */
  case(id: CaseId): Case | null;
  /** Tells a case what a person says of it; resolves when it is on disk. The same `id` again is once. */
  tellCase(
    id: CaseId,
    told: CaseTelling,
    options?: { readonly by?: string; readonly id?: string },
  ): Promise<readonly Problem[]>;
  /**
   * The events of a run or a case, from a sequence number; with `follow`, of a run also those to come, until it has ended,
   * or `abort` says so.
   */
  events(
    of: RunId | CaseId,
    options?: { readonly after?: number; readonly follow?: boolean; readonly abort?: AbortSignal },
  ): AsyncIterable<Envelope>;
  runs(filter?: Partial<StandingFilter>): readonly Standing[];
  standing(run: RunId): Standing | null;
  /** The definition a run is pinned to; null when there is no such run. */
  definition(run: RunId): Workflow | null;
  /** A workflow by its name or its file, as it is now; null where there is none or it is wrong: `check` says why. */
  workflow(nameOrFile: string): Promise<Workflow | null>;
  /** Every workflow of the company, as it is now. */
  workflows(): Promise<readonly WorkflowListed[]>;
  /**
   * The settings that hold in a workflow, or without one those of the company, each with whose it is and
   * where it stands; null where there is no such workflow, or it is wrong: `check` says why.
   */
  settings(workflow?: string): Promise<readonly Setting[] | null>;
  /** Steps, waits and exceptions as they are now; null when there is no such run. */
  waiting(run: RunId): Promise<readonly Waiting[] | null>;
  /** All that a person needs to do the open task under this key; null when there is none. */
  task(run: RunId, key: number): Promise<Packet | null>;
  /** Every agent: what it has in hand, how it is, what the log says of it. */
  agents(): Promise<readonly AgentView[]>;
  /**
   * Tells an agent to finish what it has in hand and take nothing new, to stop, or to start again. It is
   * kept, with who and why: a process that is opened later heeds it.
   */
  steer(told: Steering & { readonly by?: string }): Promise<readonly Problem[]>;
  /**
   * Stops what was allowed from being begun (all, an agent, a tool) and lets it go on; lets another
   * decide in one's place for a time; says what came of looking at a broken glass.
   */
  govern(told: Governing & { readonly by?: string }): Promise<readonly Problem[]>;
  /** What is stopped, who decides in whose place, and what is to be looked at afterwards. */
  governed(): Promise<GovernedNow>;
  /**
   * Makes the map's files as they are now the version in force: runs that begin from then on go by it.
   * The same files again are the version that they are. Where the map in force says who may publish, others are
   * refused; where it wants several, the files are in force when the last of them has published the same.
   */
  publishMap(told: { readonly why: string; readonly by?: string }): Promise<MapPublished>;
  /** What waits for others to publish the same files; null: nothing. */
  mapProposed(): Promise<MapProposed | null>;
  /** Versions of the map that were published, oldest first; the last is in force. */
  mapVersions(): Promise<readonly MapVersion[]>;
  /** What is another in one version of the map than in another; unsaid, in the files than in the version in force. */
  mapDifferences(from?: WhichMap, to?: WhichMap): Promise<MapCompared>;
  /**
   * The map as a picture and as a document; unsaid, of the files as they are now.
   *
   * @param options.count true: the systems are asked how many records each tool could reach
   */
  drawMap(which?: WhichMap, options?: { readonly count?: boolean }): Promise<MapDrawn>;
  /** Who may use a tool and what asks whom, for each agent and type of request, by the map alone. */
  whichMay(question: WhichQuestion, which?: WhichMap): Promise<MapAsked>;
  /** The tools of the map as its files are now, and who may use them. */
  tools(): Promise<{
    readonly tools: readonly ToolListed[];
    readonly problems: readonly Problem[];
  }>;
  /** All of one tool, with how its system is; null: the map has none of this name. */
  tool(name: string): Promise<ToolShown | null>;
  /** What would come of a call by the map in force, and why: it is looked at and judged, and not done. */
  tryTool(trying: ToolTrying): Promise<ToolTried>;
  /** Rules and tables as the map's files have them, with what came of the examples beside each rule. */
  rules(): Promise<RulesListed>;
  /**
   * Judges the calls of tools that stand in the log by the map as its files are: which of them would be
   * decided otherwise. Nothing is told to anybody.
   *
   * @param since milliseconds since 1970; runs that were archived are not looked at
   */
  replayRules(wanted?: { readonly since?: number }): Promise<RulesReplayed>;
  /** Whether a process, this one or another, does what is owed in this folder; else nothing in it moves. */
  isAtWork(): boolean;
  /**
   * Resolves when the run has ended, or waits for nothing that the process at work will bring (a
   * person, an event); or when `abort` says so.
   */
  settled(run: RunId, options?: { readonly abort?: AbortSignal }): Promise<Standing>;
  /** The state of a run as one document: phases, steps, outputs, errors, metrics. */
  document(run: RunId): Promise<JsonObject>;
  /** What a run came to, on one page, with the six ticks; its files in `.muster/runs` are written, too. */
  summary(run: RunId): Promise<Summary>;
  /** The completion checklist of a run, answered from its log, its hash chain, and what is wrong with it. */
  review(run: RunId): Promise<Reviewed>;
  /** What is wrong with a run, by the nine indicators of failure; its hash chain is not gone through. */
  findings(run: RunId): Promise<readonly Finding[]>;
  /** Who was told of what in a run, oldest first, and what became of it. */
  notices(run: RunId): readonly NoticeRecord[];
  /** The whole state of the company in one verified file, as it is at one moment, while runs go on. */
  backup(file: string): Promise<BackedUp>;
  /** How the folder, the disk, the versions, the agents, the queues and the process at work are, measured now. */
  doctor(): Promise<readonly Looked[]>;
  /** What the company's files show of security, reliability and cost, the gravest first. */
  examine(): Promise<readonly Examined[]>;
  /**
   * Takes ended runs out of the log, each into one compressed file that can be shown and verified
   * without the log, and makes the log shorter.
   */
  archive(what: Archiving): Promise<ArchivingDone>;
  /** The file of a run that was archived; null where it was not. */
  archiveOf(run: RunId): string | null;
  /**
   * What is kept by its content: outputs of steps above 4 KiB, of one run or of the newest, and what was
   * put, newest first; null when there is no such run in the log.
   */
  artifacts(run?: RunId): ArtifactList | null;
  /** One of them by its digest, or what a step gave, also a small one; its digest is checked. */
  artifact(which: ArtifactName): ArtifactGot;
  /** Keeps a value for thirty days, under its digest; the same value again is kept from then on. */
  putArtifact(given: {
    readonly value: Json;
    readonly name?: string;
    readonly by?: string;
  }): Promise<ArtifactPut>;
  /** Keeps a file of this machine as it is, bytes and all, for thirty days and as long as something names it. */
  putFile(given: {
    /** Absolute. */
    readonly path: string;
    readonly name?: string;
    readonly by?: string;
  }): Promise<FilePut>;
  /** Copies a file to a path where there is none yet; what is not what its digest says is not copied. */
  saveFile(digest: Digest, to: string): Promise<readonly Problem[]>;
  /** The figures of the process at work, for whoever collects them: in Prometheus's text format, or as OpenMetrics. */
  metrics(format?: Format): Promise<{ readonly type: string; readonly text: string }>;
  /**
   * Whether the record of all that was done is what was written, from its first event, against the
   * checkpoints beside it and those that were kept elsewhere; and what was done against what is allowed.
   */
  audit(options?: { readonly checkpoints?: OutsideCheckpoints }): Promise<Audited>;
  /** Signs what the log holds now, for somebody outside to keep. */
  sign(): Promise<SignedNow>;
  /** Makes another key that signs from here on; what the old one signed stays good. */
  rotateKey(told: {
    readonly why: string;
    readonly by?: string;
  }): Promise<{ readonly key: string } | { readonly problems: readonly Problem[] }>;
  /**
   * Erases what is kept of a person: their key is destroyed, so that the record, which stays as it is,
   * shows "[erased]" in its place, and what stands open beside it is deleted.
   */
  erase(asked: ErasureAsked): Promise<Erased>;
  /** While a legal hold stands, what is kept of a person is not erased; without a reason it is let go of. */
  hold(told: HoldTold): Promise<readonly Problem[]>;
  /**
   * Erases whom a list names that was kept elsewhere, in a copy from before that: keys that are still there
   * are destroyed, and runs that work with them end. The company's own lists are gone through on opening.
   */
  eraseListed(told: ErasureList): Promise<Erased>;
  /** Writes what an auditor needs into a folder, with a program that verifies it offline; it is an event. */
  exportAudit(asked: ExportAsked): Promise<AuditExported>;
  /** On one page why a case, a run or a record is as it is: its source, data, agents, rules, approvals, writes, exceptions. */
  why(asked: WhyAsked): Promise<WhyTold>;
  /** The value of a stored output. */
  read(stored: { readonly value: Json } | { readonly digest: string }): Json;
  close(): Promise<void>;
}

export type Started =
  | { readonly run: RunId; readonly warnings: readonly Problem[]; readonly again: boolean }
  | { readonly run: null; readonly problems: readonly Problem[] };

/** `stale`: steps that have ended, read a param that is another now, and stay as they are. */
export type Forked =
  | {
      readonly run: RunId;
      readonly source: RunId;
      readonly seq: number;
      readonly checkpoint: string | null;
      readonly changed: readonly string[];
      readonly stale: readonly { readonly param: string; readonly steps: readonly string[] }[];
      /** Steps that stay as they ended. */
      readonly stays: number;
      /** Calls that may have been done: a person is asked about each. */
      readonly doubts: number;
    }
  | { readonly run: null; readonly problems: readonly Problem[] };

export type CheckpointListed = {
  readonly id: string;
  readonly seq: number;
  readonly at: string;
  readonly phase: number;
  readonly phaseName: string;
  /** The step after which it stands; "" where it is for the time. */
  readonly step: string;
  readonly storage: "file" | "database" | "redis";
  /** It is where it is to be kept; the log has it in any case. */
  readonly isKept: boolean;
};

export type Exported =
  | { readonly document: string; readonly problems?: never }
  | { readonly document?: never; readonly problems: readonly Problem[] };

/** `again`: this document was imported before. */
export type Imported =
  | { readonly run: RunId; readonly source: RunId; readonly again: boolean }
  | { readonly run: null; readonly problems: readonly Problem[] };

/** A workflow of a company: by its name, or by its file where the file is wrong. */
export type WorkflowListed = {
  readonly name: string;
  readonly version: string | null;
  readonly description: string;
  /** As problems name it. */
  readonly file: string;
  readonly problems: readonly Problem[];
  /** What a run of it would be pinned to; null where it is wrong. */
  readonly content: string | null;
};

/** What became of an event: `problems` says why it was not kept, or why a run that waits for it did not take it. */
export type Published = {
  readonly kept: boolean;
  /** It was published before, under the same id. */
  readonly again: boolean;
  /** Runs that have taken it now. */
  readonly told: readonly RunId[];
  readonly problems: readonly Problem[];
};

/** What an open step waits for, and the mend. */
export type Waiting = {
  readonly path: string;
  readonly key: number | null;
  readonly status: "ready" | "running" | "waiting" | "retrying" | "paused";
  /** A sentence: "waits for a decision of 1 of [ana, bo] since …". */
  readonly what: string;
  readonly kind:
    | "place"
    | "resource"
    | "rate"
    | "agent"
    | "timer"
    | "event"
    | "gate"
    | "person"
    | "exception"
    | "held"
    | "budget"
    | "child"
    | "use"
    | "paused"
    | "dependency"
    | "case";
  readonly until?: string;
  /** Since when. */
  readonly since?: string;
  /** What is to be decided, in one sentence, and why people are asked: "Refund HKD 640.50 of order 1042." */
  readonly asks?: string;
  readonly because?: string;
  /** Who has taken it: nobody else decides it meanwhile. */
  readonly claimed?: string;
  /** People it is for; absent: anyone who may act on it. */
  readonly for?: readonly string[];
  /** An exception about what may have been done already: it is tried again only by whoever says so. */
  readonly isInDoubt?: true;
  /** How a person moves it on, as a command: "muster runs resume wf_x". */
  readonly mend?: string;
};
