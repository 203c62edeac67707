import type { Envelope } from "../../../core/audit/index.ts";
import type { Workflow } from "../../../core/definition/index.ts";
import type { CaseId, Digest, RunId } from "../../../core/id.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Packet, Told } from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Finding, Summary } from "../../../core/review/index.ts";
import type { NoticeRecord } from "../../notify/index.ts";
import type { Standing, StandingFilter } from "../../store/index.ts";
import type { Archiving, ArchivingDone } from "./archiving.ts";
import type { ArtifactGot, ArtifactList, ArtifactName, ArtifactPut, FilePut } from "./artifacts.ts";
import type { Reviewed } from "./review.ts";
import type { ForOneRun } from "./run-overlay.ts";

/** The verbs of runs: to begin them, tell them, look at them, and keep what they made. */
export interface CompanyRuns {
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
  /** Steps, waits and exceptions as they are now; null when there is no such run. */
  waiting(run: RunId): Promise<readonly Waiting[] | null>;
  /** All that a person needs to do the open task under this key; null when there is none. */
  task(run: RunId, key: number): Promise<Packet | null>;
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
  /** The value of a stored output. */
  read(stored: { readonly value: Json } | { readonly digest: string }): Json;
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
  /** How much was written in its case since people were asked; absent: nothing. */
  readonly newer?: number;
  /** People it is for; absent: anyone who may act on it. */
  readonly for?: readonly string[];
  /** An exception about what may have been done already: it is tried again only by whoever says so. */
  readonly isInDoubt?: true;
  /** How a person moves it on, as a command: "muster runs resume wf_x". */
  readonly mend?: string;
};
