import type { JsonObject } from "../../core/json.ts";

/**
 * Types a tool that is written as a function: `export const refund = defineTool({ run(args, tools) { … } })`.
 * A module that exports plain functions needs none of this.
 */
export function defineTool(tool: FunctionTool): FunctionTool {
  return tool;
}

export type FunctionTool = {
  readonly run: ToolFunction;
  /** How what it writes is now; a tool names it by `preview: refund.preview`. */
  readonly preview?: ToolFunction;
  readonly verify?: ToolFunction;
};

/**
 * What it gives is plain JSON: a list of rows, one record, or a text. What it throws is a failure of
 * which nobody knows whether something was done; to say more, give `{ error: { kind, message, certain } }`.
 */
export type ToolFunction = (args: JsonObject, tools: ToolSurroundings) => unknown;

export type ToolSurroundings = {
  /** The idempotency key: the same whenever the same call is performed again; "" where it only looks. */
  readonly key: string;
  /** The variables that the map gives to its system, and no others. */
  readonly env: Readonly<Record<string, string>>;
  readonly abort: AbortSignal;
};
