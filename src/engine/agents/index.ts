export type { Agent, AgentAnswer, AgentTask, Tools } from "./agent.ts";
export { checkAnswer } from "./answer.ts";
export {
  type Attempt,
  defineAgent,
  type FunctionAgent,
  type FunctionAnswer,
} from "./define-agent.ts";
export type { ClassOf } from "./failed.ts";
export { openAgent } from "./open-agent.ts";
export { openRoster, type Roster } from "./roster.ts";
export type { SettingOptions } from "./setting.ts";
