import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { copyJson } from "../../json-copy.ts";
import type { ToolFunction, ToolSurroundings } from "../define-tool.ts";
import { type Answer, doubtful, refused } from "../kind.ts";
import { toldError } from "../using/told-error.ts";

/** Of what a function gives, as JSON. */
const GIVEN_BYTES_MOST: number = 8 * 1024 * 1024;

export type FunctionCall = {
  /** `refund`, or `refund.preview`. */
  readonly run: string;
  readonly args: JsonObject;
  readonly tools: ToolSurroundings;
};

/** What a module exports under a name, called. Never rejects. */
export async function callFunction(
  module: unknown,
  file: string,
  { run, args, tools }: FunctionCall,
): Promise<Answer> {
  const found = functionIn(module, run, file);
  if (typeof found === "string") return refused("tool_unavailable", found);
  try {
    const copy = copyJson((await found(args, tools)) ?? null, "What it gives", GIVEN_BYTES_MOST);
    if (!copy.ok) return doubtful("invalid_answer", copy.why);
    return toldError(copy.value) ?? { ok: true, value: copy.value, ...referenceIn(copy.value) };
  } catch (thrown) {
    return doubtful("tool_failed", `It threw ${wordsOf(thrown)}`);
  }
}

/** `refund`, or `refund.preview`; of what has `run`, that. */
function functionIn(module: unknown, path: string, file: string): ToolFunction | string {
  let here: unknown = module;
  for (const part of path.split("."))
    here = isRecord(here) && Object.hasOwn(here, part) ? here[part] : undefined;
  const found = isRecord(here) ? here["run"] : here;
  if (isFunction(found)) return found;
  const names = isRecord(module) ? Object.keys(module).join(", ") : "";
  return `${file} exports no function "${path}". It exports: ${names === "" ? "nothing" : names}.`;
}

/** What it made on the far side, where a record names it so. */
export function referenceIn(value: Json): { readonly reference?: string } {
  const said = isObject(value) ? value["reference"] : undefined;
  return typeof said === "string" ? { reference: said } : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isFunction(value: unknown): value is ToolFunction {
  return typeof value === "function";
}

export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "what is no error";
}
