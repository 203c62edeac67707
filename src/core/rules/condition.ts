import { compile, type Expression, isProblem } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { RuleFault, RulePath } from "./reading.ts";
import type { Condition, RuleOutcome } from "./rule.ts";

/**
 * Reads one expression that must be true or false: `only:` of a grant, a precondition, `only_if:`.
 *
 * @param names JSON Schemas by the name that stands first: `{ args: {…}, case: {…} }`
 * @returns null where something is wrong, which was reported
 */
export function compileCondition(
  text: string,
  given: {
    readonly names: Readonly<Record<string, JsonObject>>;
    readonly path: RulePath;
    readonly report: (fault: RuleFault) => void;
  },
): Condition | null {
  const expression = compile(text, { facts: given.names }, "bool");
  if (!isProblem(expression)) return conditionOf(expression);
  const { code, message, mend, offset } = expression;
  given.report({ code, message, path: given.path, offset, ...(mend ? { mend } : {}) });
  return null;
}

function conditionOf(expression: Expression): Condition {
  const { text } = expression;
  return { text, evaluate: (facts) => judged(expression, facts) };
}

function judged(expression: Expression, facts: JsonObject): RuleOutcome {
  const scope = {
    name: (name: string): Json | undefined => named(facts, name),
    step: () => undefined,
  };
  const outcome = expression.evaluate(scope);
  const explained = expression.explain?.(scope) ?? "";
  const leaves = explained === "" ? [] : explained.split("; ");
  switch (outcome.kind) {
    case "value":
      return { holds: outcome.value === true ? "true" : "false", missing: [], leaves };
    case "undetermined":
      return { holds: "undetermined", missing: outcome.missing, leaves };
    case "fault":
      return { holds: "fault", missing: [], leaves: [...leaves, outcome.message] };
  }
}

/** `args` is short for `action.args`. */
function named(facts: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(facts, name)) return facts[name];
  const { action } = facts;
  return name === "args" && isObject(action) ? action["args"] : undefined;
}
