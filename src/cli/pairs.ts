import type { Problem } from "../core/problem.ts";

/** `name=value`, as often as it is written; each value is the text that stands there. */
export function pairsOf(
  pairs: readonly string[],
  option: string,
):
  | { readonly values: Readonly<Record<string, string>> }
  | { readonly problems: readonly Problem[] } {
  const values: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) problems.push(noPair(pair, option));
    else values[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return problems.length > 0 ? { problems } : { values };
}

function noPair(pair: string, option: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" is no name=value.`,
    mend: `Write it as: ${option} order_id=7`,
  };
}
