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
