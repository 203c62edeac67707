import type { Json, JsonObject } from "../../../core/json.ts";
import type { Failure } from "../../../core/machine/index.ts";
import type { Level } from "../../../core/map/index.ts";

/** What an agent is told of a use. A denial says little: why stands in the log, for people. */
export type UseReply =
  | {
      readonly outcome: "ok";
      readonly result: Json;
      /** What it was used with, where whoever decided on it had changed that. */
      readonly args?: JsonObject;
    }
  | { readonly outcome: "denied"; readonly say: string }
  | { readonly outcome: "failed"; readonly error: Failure }
  /** Nobody knows whether it was done; a person looks. */
  | { readonly outcome: "unknown"; readonly error: Failure };

/** A tool as an agent is told of it that may use it: what each use is judged by besides stays with us. */
export type ToolOffered = {
  readonly name: string;
  readonly description: string;
  readonly level: Level;
  /** JSON Schema of its arguments, and of what it gives where it says so. */
  readonly args: JsonObject;
  readonly returns?: JsonObject;
};

/**
 * Uses a tool in the name of an attempt. The same question under the same name is answered once, also to
 * an attempt that begins again. Where people are asked, the attempt is ended and this rejects: whoever
 * waits for it is stopped, and another attempt is begun when they have decided.
 *
 * @param as names this use within the attempt; absent: `<tool>#<n>`, the n-th time the same is asked
 */
export type UseTool = (tool: string, args: JsonObject, as?: string) => Promise<UseReply>;

/**
 * Uses several at once, and answers in their order. They are judged one by one; people who are asked
 * about more than one of them decide at one gate, on each.
 */
export type UseAllTools = (all: readonly OneOfAll[]) => Promise<readonly UseReply[]>;

export type OneOfAll = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly as?: string;
};

/** How an attempt uses tools. */
export type ToolUses = { readonly use: UseTool; readonly useAll: UseAllTools };
