export { copyJson } from "../json-copy.ts";
export type { Agent, AgentAnswer, AgentTask, Tools } from "./agent.ts";
export { checkAnswer } from "./answer.ts";
export { carrying } from "./carry-files.ts";
export {
  type Attempt,
  defineAgent,
  type FunctionAgent,
  type FunctionAnswer,
} from "./define-agent.ts";
export type { ClassOf } from "./failed.ts";
export type { InstanceView } from "./kinds/instances.ts";
export { openAgent } from "./open-agent.ts";
export { balanced } from "./ranking.ts";
export { openRoster, type Roster } from "./roster.ts";
export type { FileDesk, SettingOptions } from "./setting.ts";
export { messageOf } from "./thrown.ts";
