import type { AgentTask, FunctionAgent, FunctionAnswer } from "../../src/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";

const UUID = "123e4567-e89b-42d3-a456-426614174000";

/** What each of them does depends on what it is asked and on how often it was asked before. */
export function agentsFor(clock: VirtualClock): Readonly<Record<string, FunctionAgent>> {
  const after = (ms: number, answer: FunctionAnswer): Promise<FunctionAnswer> =>
    new Promise((resolve) => clock.after(ms, () => resolve(answer)));
  return {
    reader: { effects: "pure", attempt: reads },
    writer: {
      effects: "idempotent",
      attempt: ({ inputs }) =>
        inputs["name"] === "y"
          ? { error: { kind: "invalid_input_data", message: "y is no name." } }
          : {
              outputs: { length: 1 },
              usage: { tokens: 12, costMicros: 5, currency: "EUR", calls: 1 },
            },
    },
    sender: {
      effects: "ask",
      attempt: () => ({ outputs: { receipt: UUID }, warnings: ["It was sent by post."] }),
    },
    critic: {
      effects: "pure",
      attempt: ({ inputs }) => ({ outputs: { score: Number(inputs["round"] ?? 0) } }),
    },
    flaky: {
      effects: "idempotent",
      attempt: ({ attempt }) =>
        attempt < 3
          ? { error: { kind: "network_timeout", message: "No answer.", retryAfter: attempt } }
          : { outputs: { n: attempt } },
    },
    slow: {
      effects: "pure",
      attempt: ({ attempt }) =>
        attempt === 1 ? after(8_000, { outputs: { n: 1 } }) : { outputs: { n: 2 } },
    },
    broken: {
      effects: "idempotent",
      attempt: () => ({ error: { kind: "agent_unavailable", message: "It is away." } }),
    },
    unsure: {
      effects: "ask",
      attempt: ({ attempt }) =>
        attempt === 1
          ? { error: { kind: "crashed", message: "It may have been done.", certain: false } }
          : { outputs: { n: attempt } },
    },
    critical: {
      effects: "pure",
      attempt: ({ attempt }) =>
        attempt === 1
          ? {
              error: {
                kind: "data_corruption",
                message: "The file is torn.",
                details: { line: 3 },
              },
            }
          : { outputs: { n: attempt } },
    },
    patient: { effects: "idempotent", attempt: () => after(60_000, { outputs: { n: 3 } }) },
    asking: { effects: "ask", attempt: () => after(60_000, { outputs: { n: 4 } }) },
  };
}

function reads({ inputs }: AgentTask): FunctionAnswer {
  const size = Number(inputs["size"] ?? 0);
  if (size > 0) return { outputs: { text: "x".repeat(size) } };
  return {
    outputs: {
      rows: ["a", "b"],
      count: "2",
      on: "2026-03-01",
      done: true,
      n: 1,
      said: inputs["said"] ?? "",
    },
  };
}
