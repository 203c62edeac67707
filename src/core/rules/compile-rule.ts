import { canonical } from "../audit/index.ts";
import { suggestion } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { evaluating } from "./condition.ts";
import { policyNames } from "./policy-names.ts";
import { isPossible, textsDemanded } from "./reach.ts";
import type { RulePath, RuleReading } from "./reading.ts";
import type { PolicyRule, RuleExample } from "./rule.ts";
import { readThen } from "./then.ts";
import { waysOf } from "./ways.ts";
import { readWhen } from "./when.ts";

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
  const reason = reasonIn(because);
  if (reason === null)
    return refuse(
      because === undefined ? [] : ["because"],
      `The rule "${id}" does not say why it is there.`,
      "Write because: with one sentence for people.",
    );
  if (typeof shadow !== "boolean")
    return refuse(["shadow"], "shadow is true or false.", "Write shadow: true.");
  const when = conditionOf(source["when"], reading);
  const follows = readThen(source["then"], { ...reading, tools: when?.tools ?? null });
  const read = readExamples(examples, refuse);
  if (when === null || follows === null || read === null) return null;
  return {
    id,
    digest: reading.digest(canonical({ id, ...withoutExamples(source) })),
    because: reason,
    when: writtenOf(source["when"] ?? null),
    where: reading.where(reading.path),
    follows,
    isShadow: shadow,
    tools: when.tools,
    evaluate: when.evaluate,
    examples: read,
  };
}

function reasonIn(because: Json | undefined): string | null {
  const reason = typeof because === "string" ? because.trim() : "";
  return reason === "" ? null : reason;
}

/**
 * The condition, read twice: what tools it can mean is told by itself, and their arguments then have
 * their own types.
 */
function conditionOf(source: Json | undefined, reading: RuleReading): Meant | null {
  const path = source === undefined ? reading.path : [...reading.path, "when"];
  const loose = { ...policyNames(reading.names), action: OPEN, args: OPEN };
  const first = readWhen(source ?? null, { names: loose, path, report: () => {} });
  const tools = first && textsDemanded(waysOf(first.node) ?? NOT_TOLD, ["action", "tool"]);
  const names = policyNames(reading.names, tools);
  const checked = readWhen(source ?? null, { names, path, report: reading.report });
  if (checked === null) return null;
  const all = waysOf(checked.node);
  if (all === null || all.some((way) => isPossible(way, names)))
    return { evaluate: evaluating(checked), tools };
  reading.report({
    code: "wrong-value",
    message: "This can never hold, whatever the case: the rule would never do anything.",
    mend: "Look for two lines that exclude each other.",
    path,
  });
  return null;
}

type Meant = Pick<PolicyRule, "evaluate" | "tools">;
const OPEN: JsonObject = { type: "object" };
/** One way, of which nothing is known. */
const NOT_TOLD = [[]];

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
    if (typeof name !== "string" || !isObject(facts))
      return refuse(["examples", at], "An example has facts and what is expected.", mend);
    const holds = ["true", "false", "undetermined"].find(
      (word) => word === String(expect as string),
    );
    if (holds === undefined)
      return refuse(
        ["examples", at, "expect"],
        "What is expected of an example is true, false or undetermined.",
        mend,
      );
    examples.push({ name, facts, expect: { holds } });
  }
  return examples;
}

function writtenOf(when: Json): string {
  return typeof when === "string" ? when : JSON.stringify(when);
}

/** Examples are beside a rule, and no part of it. */
function withoutExamples(source: JsonObject): JsonObject {
  const { examples: _, ...rest } = source;
  return rest;
}
