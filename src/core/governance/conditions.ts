import type { WorkMap } from "../map/index.ts";
import type { Problem } from "../problem.ts";
import { type Condition, compileCondition, policyNames, type RuleFault } from "../rules/index.ts";
import type { JudgeFacts, ToolCall } from "./judgement.ts";
import { readByRules } from "./read-by-rules.ts";

/** A text of more characters is no condition. */
export const CONDITION_CHARACTERS_MOST = 1_000;

/**
 * A condition that somebody gave while deciding ("allowed when case.photo is there"), in the words of the
 * map's rules: `case`, `action`, `args`, `request`, `record`, `data`, `now`.
 *
 * @returns a `Problem` where it is none
 */
export function conditionOf(
  text: string,
  map: WorkMap,
  tool: string | null = null,
): Condition | Problem {
  if (text.trim() === "" || text.length > CONDITION_CHARACTERS_MOST)
    return {
      code: "bad-input",
      message: `A condition has 1 to ${CONDITION_CHARACTERS_MOST} characters.`,
    };
  const faults: RuleFault[] = [];
  const { facts, tools, agents, requests } = map;
  const names = { facts, tools, agents: Object.keys(agents), requests: Object.keys(requests) };
  const report = (fault: RuleFault): void => void faults.push(fault);
  const of = policyNames(names, tool === null ? null : [tool]);
  const made = compileCondition(text, { names: of, path: [], report });
  const [first] = faults;
  if (made !== null && first === undefined) return made;
  const mend = first?.mend ?? "Write a condition of the map's rules: has(case.photo).";
  return { code: "bad-input", message: `"${text}": ${first?.message ?? "No condition."}`, mend };
}

/** What does not hold, or is not known, of conditions on which a call was allowed: in words, with what was read. */
export function unmetOf(
  conditions: readonly string[],
  call: ToolCall,
  facts: JudgeFacts,
): readonly string[] {
  const { map, labels, now } = facts;
  const tool = Object.hasOwn(map.tools, call.tool) ? map.tools[call.tool] : undefined;
  const { level = "external", writes = null, audience = null } = tool ?? {};
  const given = { level, writes, audience, args: call.args, case: facts.case, labels, now };
  const read = readByRules(call, given);
  return conditions.flatMap((text) => {
    const condition = conditionOf(text, map, call.tool);
    if ("code" in condition) return [`${text} (the map has no such words any more)`];
    const { holds, leaves, missing } = condition.evaluate(read);
    if (holds === "true") return [];
    const lacking = missing.length > 0 ? ` (not known: ${missing.join(", ")})` : "";
    return [lacking === "" && leaves.length > 0 ? leaves.join(" and ") : `${text}${lacking}`];
  });
}
