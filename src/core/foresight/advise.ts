import type { AdviceId, AgentDefinition, Workflow } from "../definition/index.ts";
import type { Advice } from "./advice.ts";
import { antiPatterns } from "./anti-patterns.ts";
import { practices } from "./practices.ts";
import { subjectOf } from "./subject.ts";

/**
 * What could be better about a workflow that is right, in the order of its file. What its author
 * silences, with a reason, is left out.
 *
 * @param agents of the company; null for a lone file, on whose agents nothing is said
 */
export function advise(
  workflow: Workflow,
  agents: readonly AgentDefinition[] | null,
): readonly Advice[] {
  const subject = subjectOf(workflow, agents);
  const rules = { ...antiPatterns, ...practices };
  const ids = Object.keys(rules) as AdviceId[];
  const found = ids
    .filter((id) => workflow.silence?.[id] === undefined)
    .flatMap((id) => rules[id](subject).map((one) => ({ id, where: subject.top, ...one })));
  return found.sort(
    (one, other) => one.where.line - other.where.line || one.where.column - other.where.column,
  );
}
