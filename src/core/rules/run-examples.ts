import type { PolicyRule, RuleOutcome } from "./rule.ts";

/** An example beside a rule, and what came of it. */
export type ExampleRun = {
  readonly name: string;
  readonly expected: string;
  readonly got: RuleOutcome["holds"];
  readonly isMet: boolean;
  readonly missing: readonly string[];
  readonly leaves: readonly string[];
};

export function runExamples({ examples, evaluate }: PolicyRule): readonly ExampleRun[] {
  return examples.map(({ name, facts, expect }) => {
    const { holds, missing, leaves } = evaluate(facts);
    const expected = String(expect["holds"] as string);
    return { name, expected, got: holds, isMet: expected === holds, missing, leaves };
  });
}
