import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { durationMs } from "../types/duration-value.ts";
import type { ErrorClass, Rule, Workflow } from "../workflow.ts";
import type { ErrorTypesSource, EscalationRuleSource, WorkflowSource } from "../workflow-source.ts";
import { readStrategy } from "./retry.ts";

type ErrorTypes = {
  readonly strategies: Workflow["strategies"];
  readonly kinds: NonNullable<Workflow["kinds"]>;
};

/** What each class of error leads to, and the kinds that the author puts into it. */
export function readErrorTypes(source: Partial<WorkflowSource>, report: Report): ErrorTypes {
  const strategies: { [Class in ErrorClass]?: NonNullable<ErrorTypes["strategies"][Class]> } = {};
  const kinds: Record<string, ErrorClass> = {};
  const said = new Set<string>();
  for (const [types, path] of placesOf(source)) {
    for (const [name, value] of Object.entries(types)) {
      const errorClass = name as ErrorClass;
      const at = [...path, name];
      if (said.has(name)) {
        report.add({
          code: "duplicate",
          message: `What "${name}" leads to stands under error_types and under error_handling.`,
          mend: "Keep one of the two.",
          path: at,
          key: true,
        });
      }
      said.add(name);
      const { list, strategy } = classOf(value);
      if (strategy !== null) strategies[errorClass] = strategy;
      if (errorClass === "critical") checkCritical(strategy, at, report);
      list.forEach((kind, index) => {
        const other = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
        if (other !== undefined) {
          report.add({
            code: "duplicate",
            message: `The kind "${kind}" is ${other} already: an error is in one class.`,
            mend: "Keep it in one of them.",
            path: [...at, ...(Array.isArray(value) ? [] : ["kinds"]), index],
          });
        }
        kinds[kind] = errorClass;
      });
    }
  }
  return { strategies, kinds };
}

function placesOf(
  source: Partial<WorkflowSource>,
): readonly (readonly [ErrorTypesSource, ValuePath])[] {
  const { error_types: own, error_handling: errors } = source;
  return [
    ...(own === undefined ? [] : ([[own, ["error_types"]]] as const)),
    ...(errors?.error_types === undefined
      ? []
      : ([[errors.error_types, ["error_handling", "error_types"]]] as const)),
  ];
}

function classOf(value: NonNullable<ErrorTypesSource["transient"]>): {
  readonly list: readonly string[];
  readonly strategy: ReturnType<typeof readStrategy>;
} {
  if (typeof value === "string") return { list: [], strategy: readStrategy(value) };
  if ("kinds" in value || "strategy" in value)
    return { list: value.kinds ?? [], strategy: readStrategy(value.strategy) };
  return { list: Array.isArray(value) ? (value as readonly string[]) : [], strategy: null };
}

function checkCritical(
  strategy: ReturnType<typeof readStrategy>,
  path: ValuePath,
  report: Report,
): void {
  if (strategy === null || strategy === "halt_and_escalate") return;
  report.add({
    code: "wrong-value",
    message: `A critical error halts until a person has looked: "${strategy}" would never be heeded.`,
    mend: "Write halt_and_escalate; or put the kinds into a milder class; or write an escalation rule for critical_step_failure.",
    path,
  });
}

/** The rules in their order; one that could never act is told of. */
export function readRules(
  source: readonly EscalationRuleSource[] | undefined,
  report: Report,
): readonly Rule[] {
  const said = new Set<string>();
  return (source ?? []).map((rule, index) => {
    const path = ["error_handling", "escalation_rules", index];
    if (said.has(rule.condition)) {
      report.add({
        code: "duplicate",
        message: `A rule above has the condition "${rule.condition}" already, so that this one never acts.`,
        mend: "Keep one of them.",
        path: [...path, "condition"],
      });
    }
    said.add(rule.condition);
    return ruleOf(rule, path, report);
  });
}

function ruleOf(rule: EscalationRuleSource, path: ValuePath, report: Report): Rule {
  const { condition, action = "pause_workflow", owner = "", notification, after } = rule;
  const told = typeof notification === "string" ? { channels: [notification] } : notification;
  if ((condition === "stalled") !== (after !== undefined)) {
    report.add(
      after === undefined
        ? {
            code: "missing-key",
            message: "This rule does not say how long without progress is stalled.",
            mend: "Write after: 10m, longer than the longest attempt.",
            path,
          }
        : {
            code: "wrong-value",
            message: `"after" means nothing with the condition "${condition}".`,
            mend: "Take it out; it belongs to the condition stalled.",
            path: [...path, "after"],
            key: true,
          },
    );
  }
  return {
    condition,
    action,
    owner,
    recipients: told?.recipients ?? [],
    message: told?.message ?? "",
    notify: told?.channels ?? [],
    afterMs: durationMs(after, { path: [...path, "after"], report, leastMs: 1 }),
  };
}
