import type { Workflow } from "../../core/definition/index.ts";
import type { Digest, RunId } from "../../core/id.ts";
import type { Answer, Call, Event, Run, Signal } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";

/** Who delivers signals and performs effects: one writer per stream, durable timers. */
export interface Runtime {
  /**
   * Tells a run something. Resolves when what was decided is on disk, with the events of that
   * decision (none where the signal changed nothing), or says why not. `cause` names a signal that
   * must not count twice in this run.
   */
  send(run: RunId, signal: Signal, cause?: string): Promise<readonly Event[] | Problem>;
  /** Folds what was in flight, tells it `lost`, performs what is owed, and serves timers. */
  start(): Promise<void>;
  /** The run as it is on disk now; null when there is none. */
  run(id: RunId): Run | null;
  /** Resolves when nothing is in flight or ready anywhere: all that is left waits for a person, an event or a timer. */
  idle(): Promise<void>;
  /** What waits in this process for a place (a resource, an agent's concurrency), by run and key. */
  queued(run: RunId): readonly { readonly key: number; readonly waitsFor: string }[];
  /** Stops taking effects, aborts what runs, waits for the answers and the last commit. */
  close(): Promise<void>;
}

/** Does what a call asks for. Never throws: whatever happens is an answer. */
export interface Performer {
  perform(call: Call, task: Performance, abort: AbortSignal): Promise<Answer> | Answer;
  /** Places a call must hold besides its resources: its agent's concurrency, the process's own limit. */
  places(call: Call): readonly { readonly place: string; readonly capacity: number }[];
}

/** What a performer is given beside the call. */
export type Performance = {
  readonly run: RunId;
  readonly name: string;
  readonly instructions: string;
  readonly inputs: { readonly [name: string]: import("../../core/json.ts").Json };
  readonly outputs: { readonly [name: string]: string };
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
  byDigest(digest: Digest): Workflow | null;
  byName(name: string): Workflow | null;
}
