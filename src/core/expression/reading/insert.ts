import { canonical } from "../../audit/index.ts";
import type { Json } from "../../json.ts";
import type { Outcome } from "../expression.ts";

/** Where the `}` stands that closes a `${`, past texts in quotes and objects; null where none does. */
export function closingOf(text: string, from: number): number | null {
  let open = 0;
  let quote: string | null = null;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (quote !== null) {
      if (sign === "\\") at++;
      else if (sign === quote) quote = null;
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "{") open++;
    else if (sign === "}" && open-- === 0) return at;
  }
  return null;
}

/**
 * A value inside a text: a text as it is, everything else as JSON with its names in order, so that it
 * reads the same before and after it was written down. A fault where it is nested too deep.
 */
export function textOfJson(value: Json): Outcome {
  if (typeof value === "string") return { kind: "value", value };
  try {
    return { kind: "value", value: canonical(value) };
  } catch {
    return { kind: "fault", message: "a value is nested too deep to be inserted into a text" };
  }
}
