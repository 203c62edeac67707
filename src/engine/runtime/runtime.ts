import type { Amounts } from "../../core/amounts.ts";
import type { AgentNeed, CallRate, Workflow } from "../../core/definition/index.ts";
import type { Digest, RunId } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import type { Answer, Call, Event, Key, Ranked, Run, Signal } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { NewPublished, Standing } from "../store/index.ts";
import type { ToolOffered, UseAllTools, UseTool } from "../tools/index.ts";
import type { Want } from "./calls/places.ts";

/** Who delivers signals and performs effects: one writer per stream, durable timers. */
export interface Runtime {
  /** Lets go of what it has in memory of runs that are at rest: what is asked of them next is read anew. */
  forget(runs: readonly RunId[]): void;
  /**
   * Tells a run something. Resolves when what was decided is on disk, with the events of that
   * decision (none where the signal changed nothing), or says why not. Rejects with the
   * `MusterError` of a disk that refuses: then nothing was kept. `cause` names a signal that must not
   * count twice in this run.
   */
  send(run: RunId, signal: Signal, cause?: string): Promise<readonly Event[] | Problem>;
  /**
   * Keeps an event from outside, then tells the runs that wait for it; those that come to wait for it
   * later are told then. Resolves when those who listen now have been told, or says why it was not kept.
   * Rejects with the `MusterError` of a disk that refuses: then it was not kept.
   */
  publish(event: NewPublished): Promise<Publication | Problem>;
  /**
   * Folds what was in flight, tells it `lost`, performs what is owed, and serves timers.
   *
   * @returns a problem for each run that could not be folded; the others go on
   */
  start(): Promise<readonly Problem[]>;
  /** The run as it is on disk now; null when there is none. */
  run(id: RunId): Run | null;
  /** What the list of runs says of a run that is in memory, as it is on disk; null when it is not there. */
  standing(id: RunId): Standing | null;
  /** The value of a content; throws `MusterError` when it is not there. */
  read(digest: Digest): Json;
  /** Resolves when nothing is in flight or ready anywhere: all that is left waits for a person, an event or a timer. */
  idle(): Promise<void>;
  /** Something of the run is in this process's hands: signals to decide, attempts to answer. */
  isBusy(run: RunId): boolean;
  /** What waits in this process for a limit of calls or a place (a resource, an agent's concurrency). */
  queued(run: RunId): readonly Queued[];
  /** What this agent has in hand, of whatever run, is told to stop. */
  stopAgent(agent: string, why: string): void;
  /** What this process has to do now. */
  figures(): {
    /** Signals that wait to be decided. */
    readonly signals: number;
    /** Attempts in hand, and those of them that wait for a place. */
    readonly attempts: number;
    readonly placing: number;
    readonly inFlight: number;
  };
  /** From now on so many attempts may be in flight in this process. */
  admit(inFlightMost: number): void;
  /** Calls back after each commit that holds events of the run, and at the end of closing; returns what ends that. */
  watch(run: RunId, told: () => void): () => void;
  isClosed(): boolean;
  /** Stops taking effects, aborts what runs, waits for the answers and the last commit. */
  close(): Promise<void>;
}

/** An attempt that waits in this process. */
export type Queued = {
  readonly key: Key;
  readonly waitsFor: string;
  /** It waits for a limit of calls a minute. */
  readonly isRateLimited: boolean;
};

/** What became of a published event. */
export type Publication = {
  readonly position: number;
  /** It was published before, under the same id. */
  readonly again: boolean;
  /** Runs that have taken it now. */
  readonly told: readonly RunId[];
  /** Why runs that wait for it did not take it: it is not what they wait for. */
  readonly problems: readonly Problem[];
};

/** Does what a call asks for. Never throws: whatever happens is an answer. */
export interface Performer {
  perform(call: Call, task: Performance, abort: AbortSignal): Promise<Answer> | Answer;
  /** What holds for every call of an agent; the same object each time, so that it can be compared. */
  terms(agent: string): Terms;
  /** true: steps that use a tool are its, too, and no tool is used: a rehearsal. */
  readonly standsInForTools?: boolean;
  /** Who can do it, best first; empty is: nobody. */
  ranked(need: AgentNeed): readonly Ranked[];
  /** What one attempt of an agent used at most lately; null: nobody knows. */
  learned?(agent: string): Amounts | null;
  /** Who is meant by the name of a team or a role; empty is: nobody is called so. */
  people?(name: string): readonly string[];
}

export type Terms = {
  /** Places a call must hold besides its resources: its agent's concurrency. */
  readonly places: readonly Want[];
  /** Of one attempt, when the step names none. */
  readonly timeoutMs: number;
  /** How often it may be asked; absent: as often as it comes. */
  readonly rate?: CallRate;
};

/** What a performer is given beside the call. */
export type Performance = {
  readonly run: RunId;
  readonly name: string;
  readonly instructions: string;
  readonly inputs: { readonly [name: string]: Json };
  readonly outputs: { readonly [name: string]: string };
  /** What steps that ended well have published. */
  readonly context: { readonly [name: string]: Json };
  /** When the attempt is stopped, in milliseconds since 1970. */
  readonly deadline: number;
  /** Uses tools in the name of this attempt. */
  readonly use: UseTool;
  readonly useAll: UseAllTools;
  /** What it may use at most; absent: its run goes by no version of a map. */
  readonly offered?: () => readonly ToolOffered[];
  /** The most memory that its run allows an agent, in bytes; absent: what its own definition says. */
  readonly memoryBytesMost?: number;
  /** The same, of processor cores. */
  readonly coresMost?: number;
};

/** Clock and turn of the event loop, so that a simulation can own both. */
export interface Clock {
  now(): number;
  /** Calls back once, not before `ms` have passed; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
  /** Calls back once, after the input and output that is already there: the end of this turn. */
  soon(call: () => void): void;
}

/** Definitions by digest: what a run is pinned to must be there to fold it. */
export interface Definitions {
  readonly byDigest: (digest: Digest) => Workflow | null;
  byName(name: string): Workflow | null;
  /** What must be in the store for `byDigest` to find it there later. */
  contentOf(digest: Digest): readonly [Digest, string] | null;
}
