import { canonical } from "../audit/index.ts";
import { suggestion } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { compileCondition } from "./condition.ts";
import { policyNames } from "./policy-names.ts";
import type { RulePath, RuleReading } from "./reading.ts";
import type { Condition, PolicyRule, RuleExample } from "./rule.ts";
import { readThen } from "./then.ts";

const EXAMPLES_MOST = 200;
const KEYS = ["when", "then", "because", "shadow", "examples"];

/**
 * Reads and checks one rule, once, when the map is read.
 *
 * @param source as written: `{ when, then, because, shadow?, examples? }`
 * @returns null where something is wrong, which was reported with its place; never throws
 */
export function compileRule(
  { id, source }: { readonly id: string; readonly source: Json },
  reading: RuleReading,
): PolicyRule | null {
  const refuse = (path: RulePath, message: string, mend: string): null => {
    reading.report({ code: "wrong-value", message, mend, path: [...reading.path, ...path] });
    return null;
  };
  if (!isObject(source))
    return refuse([], `The rule "${id}" is no map.`, "Write when:, then: and because:.");
  const stray = Object.keys(source).find((key) => !KEYS.includes(key));
  if (stray !== undefined)
    return refuse([stray], `A rule has no "${stray}".`, suggestion(stray, KEYS, "Keys"));
  const { because, shadow = false, examples = [] } = source;
  if (typeof because !== "string" || because.trim() === "")
    return refuse(
      because === undefined ? [] : ["because"],
      `The rule "${id}" does not say why it is there.`,
      "Write because: with one sentence for people.",
    );
  if (typeof shadow !== "boolean")
    return refuse(["shadow"], "shadow is true or false.", "Write shadow: true.");
  const tools = null;
  const when = readWhen(source["when"], reading);
  const follows = readThen(source["then"], { ...reading, tools });
  const read = readExamples(examples, refuse);
  if (when === null || follows === null || read === null) return null;
  return {
    id,
    digest: reading.digest(canonical({ id, ...withoutExamples(source) })),
    because: because.trim(),
    where: reading.where(reading.path),
    follows,
    isShadow: shadow,
    tools,
    evaluate: when.evaluate,
    examples: read,
  };
}

function readWhen(source: Json | undefined, reading: RuleReading): Condition | null {
  const path = [...reading.path, "when"];
  if (typeof source === "string")
    return compileCondition(source, {
      names: policyNames(reading.names),
      path,
      report: reading.report,
    });
  reading.report({
    code: "wrong-type",
    message: "when: is no condition.",
    mend: "Write an expression such as args.amount > 500.",
    path: source === undefined ? reading.path : path,
  });
  return null;
}

function readExamples(
  source: Json,
  refuse: (path: RulePath, message: string, mend: string) => null,
): readonly RuleExample[] | null {
  const mend = "Write examples: [{ name: …, facts: { … }, expect: true }].";
  if (!Array.isArray(source)) return refuse(["examples"], "examples is a list.", mend);
  if (source.length > EXAMPLES_MOST)
    return refuse(
      ["examples"],
      `A rule has at most ${EXAMPLES_MOST} examples.`,
      "Keep the telling ones.",
    );
  const examples: RuleExample[] = [];
  for (const [at, one] of source.entries()) {
    const { name = `example ${at + 1}`, facts, expect } = isObject(one) ? one : {};
    if (typeof name !== "string" || !isObject(facts) || expect === undefined)
      return refuse(["examples", at], "An example has facts and what is expected.", mend);
    examples.push({
      name,
      facts,
      expect: isObject(expect) ? expect : { holds: JSON.stringify(expect) },
    });
  }
  return examples;
}

/** Examples are beside a rule, and no part of it. */
function withoutExamples(source: JsonObject): JsonObject {
  const { examples: _, ...rest } = source;
  return rest;
}
