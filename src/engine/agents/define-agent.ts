import type { Amounts } from "../../core/amounts.ts";
import type { EffectClass } from "../../core/machine/index.ts";
import type { AgentAnswer, AgentTask, Tools } from "./agent.ts";

/**
 * Types a function agent's module: `export const agent = defineAgent({ attempt(task) { … } })`.
 * A module that exports `attempt` itself needs none of this.
 */
export function defineAgent(agent: FunctionAgent): FunctionAgent {
  return agent;
}

export type FunctionAgent = {
  /**
   * Where the agent's definition says `ask`, which is also what silence there means, this word
   * applies. Where it says another, the stricter of the two does.
   */
  readonly effects?: EffectClass;
  /** Added to those of the agent's definition. */
  readonly capabilities?: readonly string[];
  /** What one attempt uses at most, by unit: tokens, calls, or a currency in millionths. */
  readonly estimate?: Amounts;
  /** null is: healthy; else a sentence that says what is wrong and the mend. */
  readonly health?: () => Promise<string | null> | string | null;
  readonly attempt: Attempt;
};

/**
 * One try at a task. What it throws is a transient failure of which nobody knows whether something
 * was done; to say more, answer `{ error: { class, kind, message, certain } }`. The task is frozen,
 * since the run's own state may share its inputs. `outputs` are plain JSON values; a date becomes
 * its ISO text.
 */
export type Attempt = (
  task: AgentTask,
  tools: Tools,
  abort: AbortSignal,
) => Promise<FunctionAnswer> | FunctionAnswer;

/** The protocol's answer as people write it: of an error, `class` or `kind` is enough. */
export type FunctionAnswer =
  | {
      readonly outputs: { readonly [name: string]: unknown };
      readonly usage?: UsageOfAgent;
      readonly warnings?: readonly string[];
    }
  | { readonly error: ErrorOfAgent; readonly usage?: UsageOfAgent };

type UsageOfAgent = NonNullable<AgentAnswer["usage"]>;

type ErrorOfAgent = {
  readonly class?: "transient" | "permanent" | "degradable" | "critical";
  readonly kind?: string;
  readonly message: string;
  /** Seconds, or a text as "5s", "2 minutes". */
  readonly retryAfter?: number | string;
  /** Nothing was done under this task's key. */
  readonly certain?: boolean;
  readonly details?: { readonly [name: string]: unknown };
};
