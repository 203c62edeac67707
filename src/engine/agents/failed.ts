import type { FailureClass } from "../../core/machine/index.ts";
import type { AgentAnswer } from "./agent.ts";

/** The class of a kind of failure in the built-in table; null where the table has no such kind. */
export type ClassOf = (kind: string) => FailureClass | null;

/** What the adapters themselves find. All are transient: whoever tries again may have better luck. */
export type FailureKind =
  /** It cannot be begun: no module, no program. Nothing was done. */
  | "agent_unavailable"
  /** All its workers are busy. Nothing was done. */
  | "agent_temporarily_unavailable"
  /** Its time is used up, and it was ended. */
  | "timeout"
  /** It was ended for another reason: a cancel, the end of this process. */
  | "stopped"
  /** It threw, exited, or its worker ended, before it answered. */
  | "agent_failed"
  | "invalid_answer"
  | "memory_limit"
  | "output_limit";

/** @param certain nothing was done under this key */
export function failed(kind: FailureKind, message: string, certain = false): AgentAnswer {
  return { error: { class: "transient", kind, message, certain } };
}

/** What is answered for an attempt that was told to stop. Who ran out of time says so in `abort.reason`. */
export function stopped(name: string, abort: AbortSignal, certain = false): AgentAnswer {
  const reason: unknown = abort.reason;
  const why = reason instanceof Error && reason.name !== "AbortError" ? `: ${reason.message}` : "";
  return failed(
    isOutOfTime(abort) ? "timeout" : "stopped",
    certain
      ? `The agent "${name}" was stopped before it began${why}`
      : `The agent "${name}" was stopped before it answered${why}`,
    certain,
  );
}

export function isOutOfTime({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}
