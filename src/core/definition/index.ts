export type {
  AgentDefinition,
  BreakerDefinition,
  CommandDefinition,
  FunctionDefinition,
  HttpDefinition,
  PersonDefinition,
} from "./agent.ts";
export type { AgentSource, BreakerSource } from "./agent-source.ts";
export type { Assignable } from "./assignable.ts";
export { isAssignable } from "./assignable.ts";
export { BREAKER_DEFAULT, breakerShape, readBreaker } from "./breaker-shape.ts";
export { parseBytes } from "./bytes.ts";
export type { CallRate } from "./call-rate.ts";
export { CHECKPOINTS_DEFAULT, type CheckpointPolicy } from "./checkpoint-policy.ts";
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
} from "./closed-shape.ts";
export {
  accountsAt,
  type CompanyBudget,
} from "./company-budget.ts";
export type { Conversion, Example } from "./conversion-table.ts";
export { conversionTable } from "./conversion-table.ts";
export { FIELD, openTypes, type Types } from "./declared-type.ts";
export { defineWorkflow, readWorkflowValue, textOfValue } from "./define-workflow.ts";
export { isMap } from "./draft.ts";
export { parseDuration, sayDuration } from "./duration.ts";
export { durationMs } from "./duration-value.ts";
export { type FittedInputs, fitInputs } from "./fit-inputs.ts";
export { type Fit, fitting } from "./fitting.ts";
export { variablesIn, whatIsWrongWith, withVariables } from "./http-agent.ts";
export { KEEP_ALL, type Keeping } from "./keeping.ts";
export { mapKeys } from "./map-shape.ts";
export { readMemory } from "./memory.ts";
export { type Bound, type Laid, leavesOf, NO_OVERLAY, type Overlay } from "./overlay.ts";
export type { ValuePath } from "./place.ts";
export { type ReadAgent, readAgent } from "./read-agent.ts";
export { type CompanyMap, mapIn, readMap } from "./read-map.ts";
export { type People, type Person, type ReadPeople, readPeople } from "./read-people.ts";
export { type Read, readWorkflow } from "./read-workflow.ts";
export { type Fault, inOrder, openReport, type Report } from "./report.ts";
export { RETRY_DEFAULT } from "./retry.ts";
export { DRAFT, type MadeFile, madeFiles, meanings, schemaOf, schemaText } from "./schema-file.ts";
export { effectiveSettings, type Setting } from "./setting.ts";
export { otherNames, settingKeys, settingNamed } from "./setting-keys.ts";
export { least } from "./settings.ts";
export { checkShape, shown } from "./shape-problem.ts";
export { type AdviceId, ANTI_PATTERNS, PRACTICES } from "./silence.ts";
export { FILE_CHARACTERS_MOST, readSource, type Source } from "./source.ts";
export type { RetrySource, StepSource } from "./step-source.ts";
export type { KnownAgent, KnownWorkflow, Surroundings } from "./surroundings.ts";
export type { ParsedType } from "./type.ts";
export { BUILT_IN_TYPES, parseType, typeOfSchema } from "./type.ts";
export { veiledText } from "./veil.ts";
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
