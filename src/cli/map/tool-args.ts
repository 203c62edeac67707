import type { Json, JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { pairsOf } from "../pairs.ts";

/**
 * What a tool is given, as `name=value`; the tool's own schema makes numbers of texts and texts of numbers.
 *
 * @param verb before the arguments: "muster tools try TOOL"
 * @param read what a value is; where it throws, the value is the text that stands there
 */
export function toolArgs(
  pairs: readonly string[],
  verb: string,
  read: (text: string) => Json,
): { readonly args: JsonObject } | { readonly problems: readonly Problem[] } {
  const texts = pairsOf(pairs, verb);
  if ("problems" in texts) return texts;
  const args = Object.entries(texts.values).map(([name, text]) => [name, valueOf(text, read)]);
  return { args: Object.fromEntries(args) as JsonObject };
}

function valueOf(text: string, read: (text: string) => Json): Json {
  try {
    return read(text);
  } catch {
    return text;
  }
}
