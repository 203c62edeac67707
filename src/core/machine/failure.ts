import type { JsonObject } from "../json.ts";

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
