export { compileRule } from "./compile-rule.ts";
export { compileTable } from "./compile-table.ts";
export { compileCondition } from "./condition.ts";
export { type PolicySurroundings, policyNames } from "./policy-names.ts";
export type { RuleFault, RulePath, RuleReading } from "./reading.ts";
export type {
  Condition,
  PolicyRule,
  RuleExample,
  RuleOutcome,
  Table,
  TableOutcome,
  Then,
} from "./rule.ts";
export { type RuleChange, ruleChanges, ruleWhole } from "./rule-change.ts";
export { sayRule } from "./rule-words.ts";
export { type ExampleRun, runExamples } from "./run-examples.ts";
export { csvOf, markdownOf, sheetOfCsv, sheetOfMarkdown } from "./sheet-text.ts";
export { type Sheet, type SheetProblem, sheetOfTable, tableOfSheet } from "./table-sheet.ts";
