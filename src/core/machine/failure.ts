import type { JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";

/** What went wrong in an attempt. The class, not the text, picks what follows. */
export type Failure = {
  readonly class: FailureClass;
  /** One of the built-in table, or the agent's own word. */
  readonly kind: string;
  readonly message: string;
  /** Not before this many milliseconds. */
  readonly retryAfterMs?: number;
  readonly details?: JsonObject;
};

export type FailureClass = "transient" | "permanent" | "degradable" | "critical";

/**
 * The kinds everybody knows, each with its class, and whether who answers with it has certainly
 * done nothing. The first twelve are the source's; the others are the machine's own.
 */
export const FAILURE_KINDS: Readonly<
  Record<string, { readonly class: FailureClass; readonly certain: boolean }>
> = {
  network_timeout: { class: "transient", certain: false },
  api_rate_limit: { class: "transient", certain: true },
  agent_temporarily_unavailable: { class: "transient", certain: true },
  agent_unavailable: { class: "transient", certain: true },
  invalid_input_data: { class: "permanent", certain: true },
  agent_not_found: { class: "permanent", certain: true },
  authentication_failure: { class: "permanent", certain: true },
  optional_step_failure: { class: "degradable", certain: true },
  non_critical_data_missing: { class: "degradable", certain: true },
  security_violation: { class: "critical", certain: false },
  data_corruption: { class: "critical", certain: false },
  system_integrity_failure: { class: "critical", certain: false },
  timeout: { class: "transient", certain: false },
  crashed: { class: "transient", certain: false },
  invalid_output: { class: "permanent", certain: false },
  stalled: { class: "permanent", certain: false },
  context_limit: { class: "permanent", certain: false },
  skipped_by_rate_limit: { class: "degradable", certain: true },
  budget_exceeded: { class: "permanent", certain: true },
  rejected: { class: "permanent", certain: true },
  rounds_exhausted: { class: "permanent", certain: true },
  too_many_failed: { class: "permanent", certain: true },
  sub_run_failed: { class: "permanent", certain: true },
  lost: { class: "transient", certain: false },
  agent_failed: { class: "transient", certain: false },
  invalid_answer: { class: "transient", certain: false },
  memory_limit: { class: "transient", certain: false },
  output_limit: { class: "transient", certain: false },
};

/** The class of a kind; a kind nobody knows is transient: it may go away. */
export function classOf(kind: string): FailureClass {
  return ownOf(FAILURE_KINDS, kind)?.class ?? "transient";
}

/** Whether an answer with this kind says that nothing was done, unless the answer itself says. */
export function isCertain(kind: string): boolean {
  return ownOf(FAILURE_KINDS, kind)?.certain ?? false;
}

/** The same error in the class that the author of the workflow puts its kind into. */
export function classed(
  error: Failure,
  kinds: { readonly [kind: string]: FailureClass } | undefined,
): Failure {
  if (kinds === undefined || !Object.hasOwn(kinds, error.kind)) return error;
  return { ...error, class: ownOf(kinds, error.kind) ?? error.class };
}

export function failure(kind: string, message: string): Failure {
  return { class: classOf(kind), kind, message };
}
