import { isObject, type Json } from "../../../core/json.ts";
import type { Failure } from "../../../core/machine/index.ts";
import type { Refused } from "../kind.ts";

const CLASSES: readonly Failure["class"][] = ["transient", "permanent", "degradable", "critical"];
const KIND_CHARACTERS_MOST = 100;

/** A function or a command that says itself what went wrong: `{ "error": { kind, message, class, certain } }`. */
export function toldError(value: Json): Refused | null {
  const error = isObject(value) ? value["error"] : undefined;
  if (!isObject(error)) return null;
  const { kind, message, certain } = error;
  const said = CLASSES.find((one) => one === error["class"]);
  return {
    ok: false,
    error: {
      class: said ?? "transient",
      kind: typeof kind === "string" ? kind.slice(0, KIND_CHARACTERS_MOST) : "tool_failed",
      message: typeof message === "string" ? message : "It failed, and did not say why.",
    },
    doubt: certain !== true,
  };
}
