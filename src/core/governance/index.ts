export { normalised } from "./arguments.ts";
export { conditionOf, unmetOf } from "./conditions.ts";
export { judge } from "./judge.ts";
export {
  type CaseFacts,
  CHECKS,
  type Check,
  type CheckName,
  type JudgeFacts,
  type Judgement,
  type Labels,
  NO_LABELS,
  type Preview,
  type RuleSaid,
  type ToolCall,
  type Verdict,
} from "./judgement.ts";
export { joinLabels } from "./labels.ts";
export { readByRules } from "./read-by-rules.ts";
export { type Changed, type PastCall, type Rejudged, rejudge, type WouldHave } from "./rejudge.ts";
export { withinCase } from "./scope.ts";
export { openWatch, type Watched } from "./watch.ts";
