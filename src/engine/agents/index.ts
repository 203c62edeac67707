export type { Agent, AgentAnswer, AgentTask, Tools } from "./agent.ts";
