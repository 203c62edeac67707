import { compile, type Expression, isProblem } from "../expression/index.ts";
import type { Json, JsonObject } from "../json.ts";
import type { RuleFault, RulePath } from "./reading.ts";
import type { RuleOutcome } from "./rule.ts";

/** A condition that was checked when it was read. Never throws. */
export type Condition = {
  readonly text: string;
  /** The names it reads, each as a path: ["args", "amount"]. */
  readonly reads: readonly (readonly string[])[];
  readonly evaluate: (facts: JsonObject) => RuleOutcome;
};

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
  const { text, reads } = expression;
  return { text, reads, evaluate: (facts) => judged(expression, facts) };
}

function judged(expression: Expression, facts: JsonObject): RuleOutcome {
  const scope = {
    name: (name: string): Json | undefined =>
      Object.hasOwn(facts, name) ? facts[name] : undefined,
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
