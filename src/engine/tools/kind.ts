import type { Json, JsonObject } from "../../core/json.ts";
import type { Failure } from "../../core/machine/index.ts";
import type { SqlStatement, Tool } from "../../core/map/index.ts";

/**
 * A system, opened: what a kind implements, one file each. It does what it is asked and says what
 * came of it; who may ask, what of it is shown and what is recorded is nothing of its own. Never
 * throws. What ends is told by `abort`, which also holds the tool's own time.
 */
export interface OpenSystem {
  /** Looks, and changes nothing: an operation of a reading tool, of a preview, of a verification. */
  look(asked: Asked): Promise<Answer>;
  /** Changes something, once. Where it can, it looks at the record first and in the same breath. */
  write(asked: Asked, guard: Guard | null): Promise<Answer>;
  /** The record before and as the write would leave it, which is taken back; absent: its kind cannot. */
  readonly rehearse?: (asked: Asked, look: Asked) => Promise<Rehearsed>;
  /** A call is shown by its rehearsal alone: there is no record to look at before. */
  readonly showsItself?: true;
  /** What it says of each statement, none of which is done: null, it takes it. null for all: nobody can say. */
  readonly prepare?: (
    statements: readonly SqlStatement[],
    how: { readonly onlyHere: boolean; readonly abort: AbortSignal },
  ) => Promise<readonly (string | null)[] | null>;
  /** How many records a tool could reach; null: it cannot say. */
  readonly count?: (tool: Tool, abort: AbortSignal) => Promise<number | null>;
  /** null is: well. */
  health(abort: AbortSignal): Promise<string | null>;
  /** What is wrong with a tool of this system, found without asking anybody; null: nothing. */
  faultOf(tool: Tool): string | null;
  close(): Promise<void>;
}

export type Asked = {
  readonly tool: Tool;
  /** That of the tool, or of its preview or verification. */
  readonly operation: JsonObject;
  readonly args: JsonObject;
  /** The idempotency key; "" where only something is looked at. */
  readonly key: string;
  readonly abort: AbortSignal;
};

/** Looks once more and compares: where the record is no longer as it was judged, nothing is written. */
export type Guard = {
  readonly operation: JsonObject;
  /** Whether what was found is still what was judged. */
  readonly isSame: (found: Json) => boolean;
};

export type Answer =
  | {
      readonly ok: true;
      /** A list of rows, one record, or a text. */
      readonly value: Json;
      /** Records that were changed. */
      readonly affected?: number;
      readonly reference?: string;
      /** The record, where the kind has looked at it in the same breath as it wrote. */
      readonly before?: Json;
      readonly after?: Json;
      /** There was more than it may give, and it was left out. */
      readonly more?: string;
    }
  | Refused;

/** `doubt`: something was sent, and nobody knows what became of it. */
export type Refused = {
  readonly ok: false;
  readonly error: Failure;
  readonly doubt: boolean;
};

export type Rehearsed =
  | { readonly ok: true; readonly before: Json; readonly after: Json }
  | Refused;

/** It failed, and certainly nothing was done. */
export function refused(kind: ToolFailureKind, message: string): Refused {
  return { ok: false, error: { class: CLASSES[kind], kind, message }, doubt: false };
}

/** It may have been done. */
export function doubtful(kind: ToolFailureKind, message: string): Refused {
  return { ok: false, error: { class: CLASSES[kind], kind, message }, doubt: true };
}

export type ToolFailureKind =
  /** The arguments do not fit, or the far side does not take them. */
  | "invalid_input_data"
  /** There is no such tool, no such record or no such address. */
  | "tool_not_found"
  | "authentication_failure"
  /** The system cannot be reached, or is not set up. */
  | "tool_unavailable"
  | "tool_busy"
  | "api_rate_limit"
  | "timeout"
  /** It was told to stop: a cancel, the end of this process. */
  | "stopped"
  | "tool_failed"
  /** What it gave is not what it promised. */
  | "invalid_answer"
  | "output_limit"
  /** It held more than its worker may, and was ended. */
  | "memory_limit"
  /** What it writes has changed since it was judged. */
  | "stale"
  /** It would have written where it may only read, or the far side forbids it. */
  | "not_permitted"
  /** The same was done before with other values. */
  | "conflict";

const CLASSES: Readonly<Record<ToolFailureKind, Failure["class"]>> = {
  invalid_input_data: "permanent",
  tool_not_found: "permanent",
  authentication_failure: "permanent",
  tool_unavailable: "transient",
  tool_busy: "transient",
  api_rate_limit: "transient",
  timeout: "transient",
  stopped: "transient",
  tool_failed: "transient",
  invalid_answer: "permanent",
  output_limit: "permanent",
  memory_limit: "transient",
  stale: "transient",
  not_permitted: "permanent",
  conflict: "permanent",
};
