import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { type Answer, failure } from "../../../core/machine/index.ts";
import type { UseTool } from "../../tools/index.ts";

/**
 * A step that uses a tool and asks no agent. A record's fields are its outputs; a list or a text is the
 * output `result`, and of a list of one record its fields stand beside it.
 */
export async function useAsStep(tool: string, args: JsonObject, use: UseTool): Promise<Answer> {
  try {
    const reply = await use(tool, args);
    switch (reply.outcome) {
      case "ok": {
        const { result } = reply;
        return { kind: "ok", output: { value: outputsOf(result) } };
      }
      case "denied":
        return { kind: "failed", error: failure("rejected", reply.say), certain: true };
      case "failed":
        return { kind: "failed", error: reply.error, certain: true };
      case "unknown":
        return { kind: "unknown", error: reply.error };
    }
  } catch {
    // It was told to stop: by people who are asked, a cancel, the end of the process.
    const error = failure("stopped", `The use of "${tool}" was stopped.`);
    return { kind: "failed", error, certain: true };
  }
}

function outputsOf(result: Json): JsonObject {
  if (isObject(result)) return result;
  const only: Json | undefined =
    Array.isArray(result) && result.length === 1 ? result[0] : undefined;
  return isObject(only) ? { result, ...only } : { result };
}
