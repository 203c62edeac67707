import type { Json } from "../../json.ts";
import { isMap } from "../steps/draft.ts";

/**
 * A setting as it may be shown to everybody who may look at a run: secrets, passwords in addresses, their
 * queries, and the path of a Slack webhook, which is its password, are left out. `$env.NAME` tells nothing.
 */
export function veiled(value: Json, key = ""): Json {
  if (typeof value === "string") return veiledText(value, key);
  if (Array.isArray(value)) return value.map((item) => veiled(item, key));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, veiled(inner, name)]),
  );
}

export function veiledText(text: string, key = ""): string {
  if (text.startsWith("$env.")) return text;
  if (key === "secret") return "…";
  const bare = text
    .replace(/^(\w+:\/\/)[^/@\s]*@/, "$1…@")
    .replace(/^(\w+:\/\/[^?\s]*)\?.*$/, "$1?…");
  const isPassword = key === "webhook" || bare.startsWith("https://hooks.slack.com/");
  return isPassword ? bare.replace(/^(\w+:\/\/[^/\s]+\/).+$/, "$1…") : bare;
}
