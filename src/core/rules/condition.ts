import type { Checked, Leaf, Outcome } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Condition, RuleOutcome } from "./rule.ts";
import { readWhen, type WhenReading } from "./when.ts";

/** Of one outcome. */
const LEAVES_MOST = 50;

/**
 * Reads one condition that stands by itself: `only:` of a grant, a precondition, `only_if:`. In either
 * spelling of a rule's `when:`.
 *
 * @returns null where something is wrong, which was reported
 */
export function compileCondition(source: Json, reading: WhenReading): Condition | null {
  const checked = readWhen(source, reading);
  if (checked === null) return null;
  const written = typeof source === "string" ? source : checked.expression.text;
  return { text: written, evaluate: evaluating(checked) };
}

/** Never throws: what goes wrong inside is a fault. */
export function evaluating(checked: Checked): (facts: JsonObject) => RuleOutcome {
  return (facts) => {
    const scope = { name: (name: string) => named(facts, name), step: () => undefined };
    const outcome = checked.expression.evaluate(scope);
    const leaves = checked.leaves(scope).slice(0, LEAVES_MOST).map(lineOf);
    switch (outcome.kind) {
      case "value":
        return { holds: outcome.value === true ? "true" : "false", missing: [], leaves };
      case "undetermined":
        return { holds: "undetermined", missing: outcome.missing, leaves };
      case "fault":
        return { holds: "fault", missing: [], leaves };
    }
  };
}

/** `args` is short for `action.args`. */
function named(facts: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(facts, name)) return facts[name];
  const { action } = facts;
  return name === "args" && isObject(action) ? action["args"] : undefined;
}

/** `args.amount > HKD 500 [was HKD 640.50]: true` */
function lineOf({ text, was, outcome }: Leaf): string {
  const plain = text.replace(/\b(?:money|timestamp|duration)\("([^"]*)"\)/g, "$1");
  const read = was.length > 0 ? ` [was ${was.join(", ")}]` : "";
  return `${plain}${read}: ${said(outcome)}`;
}

function said(outcome: Outcome): string {
  switch (outcome.kind) {
    case "value":
      return JSON.stringify(outcome.value);
    case "undetermined":
      return `undetermined (not known: ${outcome.missing.join(", ")})`;
    case "fault":
      return `fault (${outcome.message})`;
  }
}
