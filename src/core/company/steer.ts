import type { CompanyBody, CompanyState } from "./company.ts";

/** What is told to an agent, by whoever may steer the company. */
export type Steering = {
  readonly agent: string;
  readonly how: "drain" | "stop" | "start";
  readonly why: string;
};

/** What follows; nothing where it is so already. One that was drained may be stopped, and the other way round. */
export function steer(state: CompanyState, { agent, how, why }: Steering): CompanyBody | null {
  const now = Object.hasOwn(state.steered, agent) ? state.steered[agent] : undefined;
  switch (how) {
    case "drain":
      return now?.how === "drained" ? null : { type: "agent.drained", agent, why };
    case "stop":
      return now?.how === "stopped" ? null : { type: "agent.stopped", agent, why };
    case "start":
      return now === undefined ? null : { type: "agent.started", agent, why };
  }
}
