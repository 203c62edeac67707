export type {
  AgentDefinition,
  BreakerDefinition,
  CommandDefinition,
  FunctionDefinition,
  HttpDefinition,
  PersonDefinition,
} from "./agents/agent.ts";
export type { AgentSource, BreakerSource } from "./agents/agent-source.ts";
export { BREAKER_DEFAULT, breakerShape, readBreaker } from "./agents/breaker-shape.ts";
export type { CallRate } from "./agents/call-rate.ts";
export { variablesIn, whatIsWrongWith, withVariables } from "./agents/http-agent.ts";
export { type ReadAgent, readAgent } from "./agents/read-agent.ts";
export { defineWorkflow, readWorkflowValue, textOfValue } from "./define-workflow.ts";
export { type Read, readWorkflow } from "./read-workflow.ts";
export {
  anyMap,
  anything,
  closed,
  duration,
  either,
  type Keys,
  listOf,
  longText,
  named,
  oneOf,
  size,
  some,
  truth,
  whole,
  word,
} from "./reading/closed-shape.ts";
export type { ValuePath } from "./reading/place.ts";
export { type Fault, inOrder, openReport, type Report } from "./reading/report.ts";
export { checkShape, shown } from "./reading/shape-problem.ts";
export { type AdviceId, ANTI_PATTERNS, PRACTICES } from "./reading/silence.ts";
export { FILE_CHARACTERS_MOST, readSource, type Source } from "./reading/source.ts";
export { DRAFT, type MadeFile, madeFiles, meanings, schemaOf, schemaText } from "./schema-file.ts";
export { CHECKPOINTS_DEFAULT, type CheckpointPolicy } from "./settings/checkpoint-policy.ts";
export {
  accountsAt,
  type CompanyBudget,
} from "./settings/company-budget.ts";
export { KEEP_ALL, type Keeping } from "./settings/keeping.ts";
export { mapKeys } from "./settings/map-shape.ts";
export { type Bound, type Laid, leavesOf, NO_OVERLAY, type Overlay } from "./settings/overlay.ts";
export { type CompanyMap, mapIn, readMap } from "./settings/read-map.ts";
export { type People, type Person, type ReadPeople, readPeople } from "./settings/read-people.ts";
export { RETRY_DEFAULT } from "./settings/retry.ts";
export { effectiveSettings, type Setting } from "./settings/setting.ts";
export { otherNames, settingKeys, settingNamed } from "./settings/setting-keys.ts";
export { least } from "./settings/settings.ts";
export { veiledText } from "./settings/veil.ts";
export { isMap } from "./steps/draft.ts";
export { runGives } from "./steps/run-gives.ts";
export type { RetrySource, StepSource } from "./steps/step-source.ts";
export type { KnownAgent, KnownWorkflow, Surroundings } from "./surroundings.ts";
export type { Assignable } from "./types/assignable.ts";
export { isAssignable } from "./types/assignable.ts";
export { parseBytes } from "./types/bytes.ts";
export type { Conversion, Example } from "./types/conversion-table.ts";
export { conversionTable } from "./types/conversion-table.ts";
export { FIELD, openTypes, type Types } from "./types/declared-type.ts";
export { parseDuration, sayDuration } from "./types/duration.ts";
export { durationMs } from "./types/duration-value.ts";
export { type FittedInputs, fitInputs } from "./types/fit-inputs.ts";
export { type Fit, fitting } from "./types/fitting.ts";
export { parseExactly } from "./types/json-text.ts";
export { readMemory } from "./types/memory.ts";
export type { ParsedType } from "./types/type.ts";
export { BUILT_IN_TYPES, parseType, typeOfSchema } from "./types/type.ts";
export type {
  AgentNeed,
  Approval,
  Block,
  Budget,
  Cache,
  Choose,
  Common,
  Compensation,
  Each,
  ErrorClass,
  Fallback,
  Gate,
  Monitoring,
  NoticeEvent,
  NoticeRule,
  OnExceeded,
  OutputFields,
  Param,
  Published,
  Repeat,
  Retry,
  Rule,
  RunLimits,
  Step,
  StepBudget,
  StepKind,
  Strategy,
  SubRun,
  Task,
  TypeRef,
  Wait,
  Workflow,
} from "./workflow.ts";
export { musterShape } from "./workflow-shape.ts";
export type {
  ErrorTypesSource,
  EscalationRuleSource,
  SettingsSource,
  WorkflowSource,
} from "./workflow-source.ts";
