export type { Assignable } from "./assignable.ts";
export { isAssignable } from "./assignable.ts";
export type { Conversion, Example } from "./conversion-table.ts";
export { conversionTable } from "./conversion-table.ts";
export type { ParsedType } from "./type.ts";
export { BUILT_IN_TYPES, parseType, typeOfSchema } from "./type.ts";
export type {
  AgentNeed,
  Approval,
  Block,
  Choose,
  Common,
  Compensation,
  Each,
  Fallback,
  Gate,
  OutputFields,
  Param,
  Repeat,
  Retry,
  RunLimits,
  Step,
  StepKind,
  Strategy,
  SubRun,
  Task,
  TypeRef,
  Wait,
  Workflow,
} from "./workflow.ts";
