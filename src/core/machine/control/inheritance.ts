import type { Block, Choose, Each, Repeat, Step } from "../../definition/index.ts";
import type { Digest, RunId } from "../../id.ts";
import type { Path, Seq, Stored } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { Beyond } from "./beyond.ts";

/** A position in another run's log, the end of a decision; `hash` is of its event, and so of all before it. */
export type Source = {
  readonly run: RunId;
  readonly seq: Seq;
  readonly hash: Digest;
  readonly checkpoint?: string;
};

/** It begins with what another run had at a position of its log. */
export type ForkedBody = {
  readonly type: "run.forked";
  readonly source: Source;
  /** The content that tells what it inherits. */
  readonly state: Digest;
  /** Contents that it names in turn, so that whoever keeps what a log names keeps them. */
  readonly holds?: readonly Digest[];
  /** Params that are not as they were. */
  readonly changed?: readonly string[];
};

/**
 * What a fork takes over of its source, by path: what finished steps gave, and which steps that hold
 * others had begun. No grant, no money, no call in flight, no duty to undo: those stay the source's.
 * It is kept as a content and read by every later version, so it names nothing of a frame.
 */
export type Inheritance = {
  readonly v: 1;
  /** How many of the steps were degraded. */
  readonly degraded: number;
  /** Whoever holds others stands before them. */
  readonly steps: readonly Inherited[];
};

export type Inherited = {
  readonly path: Path;
  /**
   * live: it holds steps that ended, and goes on; doubt: it may have been done, and a person looks.
   * What failed or was cancelled stands here only inside a step that ended, or as an item that was tolerated.
   */
  readonly state: "live" | "doubt" | "completed" | "degraded" | "skipped" | "failed" | "cancelled";
  readonly output?: Stored;
  readonly error?: Failure;
  /** each: how many items there are */
  readonly count?: number;
  /** choose: which branch */
  readonly branch?: number;
  /** repeat: the latest round that is inherited */
  readonly round?: number;
  /** A block: what waits for others beyond those that have ended. */
  readonly beyond?: Beyond;
  /** Of a step that holds others and has ended: pieces of work expected and done. */
  readonly work?: readonly [expected: number, done: number];
  /** doubt: who may have done it */
  readonly agent?: string;
};

export function holdsOthers(step: Step): step is Block | Each | Choose | Repeat {
  const { kind } = step;
  return kind === "block" || kind === "each" || kind === "choose" || kind === "repeat";
}

export function hasEnded({ state }: Inherited): boolean {
  return state !== "live" && state !== "doubt";
}
