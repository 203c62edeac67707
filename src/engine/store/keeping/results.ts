import type { Digest, StreamId } from "../../../core/id.ts";
import type { Stored } from "../../../core/machine/index.ts";

/** A result that a later run may use: which run gave it, at which step. */
export type Result = {
  readonly run: StreamId;
  readonly path: string;
  readonly output: Stored;
};

export type NewResult = Omit<Result, "run"> & {
  /** Of what was asked: the agent, the instructions, the inputs, the types of the outputs, the context. */
  readonly digest: Digest;
  /** Milliseconds since 1970: from then on it is not used. */
  readonly until: number;
};

/** More than these are not kept; those whose time is over soonest leave first. */
export const RESULTS_MOST = 100_000;
/** Swept with each that is kept, so that nobody ever waits for a great sweep. */
export const RESULTS_SWEPT_MOST = 4;
