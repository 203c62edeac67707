export type {
  PolicyRule,
  RuleExample,
  RuleOutcome,
  Table,
  TableOutcome,
  Then,
} from "./rule.ts";
