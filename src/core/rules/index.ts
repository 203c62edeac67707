export type {
  Condition,
  PolicyRule,
  RuleExample,
  RuleOutcome,
  Table,
  TableOutcome,
  Then,
} from "./rule.ts";
