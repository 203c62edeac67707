import type { Preview } from "../../core/governance/index.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Failure, ReadRecord } from "../../core/machine/index.ts";
import type { Level, SystemKind, Unprepared } from "../../core/map/index.ts";
import type { Preparing } from "./using/prepare-tool.ts";

/**
 * The systems of one map, opened: tools as they are performed. It judges nothing and records nothing;
 * whoever calls it has done so before. It alone has the systems' credentials, and what they hold is in
 * nothing that it gives. Nothing here throws, and nothing hangs past its `abort` or the tool's own time.
 */
export interface Toolbox {
  /**
   * How what the call writes is now and would be, before anything is written: before it is judged, and
   * again just before it is performed. null: the tool has no preview, or the arguments do not fit it.
   */
  preview(call: Looking, abort: AbortSignal): Promise<Preview | null | ToolFailed>;
  /** Once. What it gives is cut to the case, redacted and bounded. */
  perform(call: Performing, abort: AbortSignal): Promise<Performed>;
  /** Looks again whether what was written is there; null: the tool has nothing to look at. */
  verify(call: Verifying, abort: AbortSignal): Promise<Verified | null>;
  /** How many records a tool could reach, whoever asks; null where its system cannot say. */
  count(tool: string, abort: AbortSignal): Promise<number | null>;
  describe(): readonly ToolSpec[];
  /** What its database says of a tool's statements, none of which is done; nothing where nobody can say. */
  prepare(preparing: Preparing, abort: AbortSignal): Promise<readonly Unprepared[]>;
  /** Why a system is asked nothing for a while, and until when; null: it is asked. */
  leftAlone(system: string): string | null;
  /** One line a system, in the order of the map. */
  health(): Promise<readonly SystemHealth[]>;
  close(): Promise<void>;
}

export type Looking = {
  readonly tool: string;
  readonly args: JsonObject;
  /** What the case is bound to; null: there is no case. A record outside it is not shown. */
  readonly bindings?: JsonObject | null;
};

export type Performing = {
  readonly tool: string;
  /** As judged, with the case's filters forced in. */
  readonly args: JsonObject;
  /** The idempotency key to the outside: the same whenever the same call is performed again. */
  readonly key: string;
  /** Fields left out of what is given, as judged. */
  readonly redact: readonly string[];
  /** What the case is bound to; null: there is no case, and rows in a case's scope are all outside of it. */
  readonly bindings: JsonObject | null;
  /** What was judged or approved: where what it writes is no longer so, nothing is done ("stale"). */
  readonly preview: Preview | null;
  /** It may have been done before, under this key: after a crash. What it writes may be as it would leave it. */
  readonly isRepeat?: boolean;
};

export type Verifying = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly key: string;
  /** What the write left, as `ToolWritten.after`; null: nobody knows. */
  readonly after: Json;
};

export type Performed =
  | {
      readonly outcome: "ok";
      /** What the agent is given. */
      readonly result: Json;
      readonly read: ToolRead | null;
      readonly written: ToolWritten | null;
      /** Of what it made on the far side: a number, a Message-ID; null: it names none. */
      readonly reference: string | null;
      /** What was left out and why, in sentences. */
      readonly warnings: readonly string[];
    }
  | ToolFailed
  /** It was asked to write, and nobody can know whether it did. Only looking there can tell. */
  | { readonly outcome: "unknown"; readonly error: Failure };

/** `certain`: nothing was done under the key. */
export type ToolFailed = {
  readonly outcome: "failed";
  readonly error: Failure;
  readonly certain: boolean;
};

/** What was read, as it is recorded. */
export type ToolRead = ReadRecord;

export type ToolWritten = {
  readonly system: string;
  readonly entity: string;
  readonly id: string;
  /** Records that were changed; null where its system does not say. */
  readonly affected: number | null;
  readonly before: Json;
  readonly after: Json;
  /** What takes it back, ready to be asked for; null: nothing does. */
  readonly undo: { readonly tool: string; readonly args: JsonObject } | null;
};

export type Verified = {
  readonly ok: boolean;
  readonly found: Json;
  /** What is not as it should be; null where it is. */
  readonly why: string | null;
};

/** A tool as it is told to agents and shown to people. */
export type ToolSpec = {
  readonly name: string;
  readonly description: string;
  readonly system: string;
  readonly kind: SystemKind;
  readonly level: Level;
  /** JSON Schema of its arguments. */
  readonly args: JsonObject;
  readonly returns: JsonObject | null;
  readonly writes: string | null;
  readonly hasPreview: boolean;
  readonly digest: string;
};

/** `fault` null is: well. The sentence says what is wrong and the mend. */
export type SystemHealth = { readonly system: string; readonly fault: string | null };

export function isToolFailed(given: Preview | null | ToolFailed): given is ToolFailed {
  return given !== null && "outcome" in given;
}
