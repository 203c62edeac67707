import type { AgentAnswer } from "./agent.ts";
import { failed } from "./failed.ts";

/** Of one answer, as JSON text. What is larger belongs in a file of its own. */
export const OUTPUT_BYTES_MOST: number = 16 * 1024 * 1024;

/** What is answered for an agent that gave something else than an answer. */
export function invalidAnswer(agent: string, why: string): AgentAnswer {
  return failed(
    "invalid_answer",
    `The agent "${agent}" gave no answer that can be used. ${why} An answer is { outputs: { … } } or { error: { kind, message } }.`,
  );
}
