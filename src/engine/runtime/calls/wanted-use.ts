import { canonical } from "../../../core/audit/index.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { failure, USE_ARGS_BYTES_MOST } from "../../../core/machine/index.ts";
import { copyJson } from "../../json-copy.ts";
import type { UseReply } from "../../tools/index.ts";

export type Wanted = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly as: string | undefined;
  readonly counts: Counts;
};

/** How often the same was asked in one attempt. Most attempts ask nothing: it is made with the first. */
export type Counts = { by: Map<string, number> | null };

/** As the log can hold it: an agent in this process may hand over anything, and change it afterwards. */
export function asked(wanted: Wanted): Wanted | UseReply {
  const { tool, args, as } = wanted;
  if (typeof tool !== "string" || !isObject(args))
    return refusal("A use names a tool, and its arguments are an object.");
  if (as !== undefined && typeof as !== "string")
    return refusal("What a use is told apart by is a text.");
  const copy = copyJson(args, "The arguments", USE_ARGS_BYTES_MOST);
  if (!copy.ok) return refusal(copy.why);
  return isObject(copy.value)
    ? { ...wanted, args: copy.value }
    : refusal("The arguments of a use are an object.");
}

/** The n-th time that the same is asked in one attempt. */
export function numbered({ tool, args, counts }: Wanted): string {
  const same = canonical([tool, args]);
  counts.by ??= new Map();
  const count = (counts.by.get(same) ?? 0) + 1;
  counts.by.set(same, count);
  return `${tool}#${count}`;
}

export function refusal(message: string): UseReply {
  return { outcome: "failed", error: failure("invalid_input_data", message) };
}
