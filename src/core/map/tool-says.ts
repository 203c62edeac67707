import { compileTemplate, evaluateTemplate, type Template } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { type PolicySurroundings, policyNames } from "../rules/index.ts";
import type { Reading } from "./read/reading.ts";

/** What a call of a tool does, in one sentence for who decides. */
export type Sentence = {
  /** As it was written. */
  readonly text: string;
  /** @returns null where something it names is not known; never throws */
  readonly of: (facts: JsonObject) => string | null;
};

/** So much of what is put in is shown: a title is one line. */
const PART_CHARS_MOST = 80;

/**
 * Reads the `says:` of a tool: `Refund ${args.amount} of order ${args.order_id}`. It may name what rules
 * may name. Money is written as people write it: `HKD 3,280.00`.
 *
 * @returns null where something is wrong, which was reported
 */
export function readSays(
  source: string,
  tool: string,
  { names, report }: Reading & { readonly names: PolicySurroundings },
): Sentence | null {
  const path = ["tools", tool, "says"];
  const template = compileTemplate(source, { facts: policyNames(names, [tool]) });
  if (!("problems" in template))
    return { text: source, of: (facts) => sentenceOf(template, facts) };
  for (const { code, message, mend, offset } of template.problems)
    report.add({ code, message, ...(mend === undefined ? {} : { mend }), path, offset });
  return null;
}

function sentenceOf(template: Template, facts: JsonObject): string | null {
  const { action } = facts;
  const args = isObject(action) ? action["args"] : undefined;
  const scope = {
    name: (name: string): Json | undefined => (name === "args" ? args : ownOf(facts, name)),
    step: () => undefined,
  };
  const parts = template.kind === "text" ? template.parts : null;
  if (parts === null) return textOf(evaluateTemplate(template, scope));
  const said = parts.map((part) =>
    typeof part === "string"
      ? part
      : textOf(evaluateTemplate({ kind: "text", parts: [part] }, scope)),
  );
  return said.some((one) => one === null) ? null : said.join("");
}

/** One line, whatever it holds; money with its thousands apart and its cents. */
function textOf(outcome: ReturnType<typeof evaluateTemplate>): string | null {
  if (outcome.kind !== "value" || typeof outcome.value !== "string") return null;
  const line = outcome.value.replaceAll(/\s+/g, " ").trim();
  const [, currency, whole = "", cents = "00"] =
    /^([A-Z]{3}) (-?\d+)(?:\.(\d+))?$/.exec(line) ?? [];
  if (currency !== undefined)
    return `${currency} ${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${cents}`;
  return line.length > PART_CHARS_MOST ? `${line.slice(0, PART_CHARS_MOST - 1)}…` : line;
}
