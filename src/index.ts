export type { Envelope } from "./core/audit/index.ts";
export { defineWorkflow, type WorkflowSource } from "./core/definition/index.ts";
export { parseRunId, type RunId } from "./core/id.ts";
export type { Json, JsonObject } from "./core/json.ts";
export type { Told } from "./core/machine/index.ts";
export { MusterError, type Problem, type ProblemCode, sentence } from "./core/problem.ts";
export {
  type AgentTask,
  type Attempt,
  defineAgent,
  type FunctionAgent,
  type FunctionAnswer,
  type Tools,
} from "./engine/agents/index.ts";
export {
  type Company,
  type CompanyOptions,
  type Line,
  type NoticeRecord,
  type Published,
  type Started,
  type Waiting,
  type WorkflowListed,
} from "./engine/company/index.ts";
export type { Clock } from "./engine/runtime/index.ts";
export type { Standing, StandingFilter } from "./engine/store/index.ts";
export {
  defineTool,
  type FunctionTool,
  type ToolFunction,
  type ToolSurroundings,
} from "./engine/tools/index.ts";
export { openCompany } from "./server/index.ts";
