import type { DurationSource, OutputsSource } from "./step-source.ts";

/** An agent as its author writes it. What each key means stands in the schema (`agent-shape.ts`). */
export type AgentSource = FunctionAgentSource | CommandAgentSource;

export type AnyAgentSource = {
  readonly muster?: 1;
  readonly name?: string;
  readonly description?: string;
  readonly capabilities?: string | readonly string[];
  readonly instances?: number;
  readonly concurrency?: number;
  readonly effects?: "pure" | "idempotent" | "ask";
  readonly env?: readonly string[] | { readonly [name: string]: string };
  readonly timeout?: DurationSource;
  readonly memory_limit_per_agent?: string | number;
  readonly inputs?: OutputsSource;
  readonly outputs?: OutputsSource;
};

export type FunctionAgentSource = AnyAgentSource & {
  readonly kind: "function";
  readonly module: string;
  readonly isolate?: boolean;
};

export type CommandAgentSource = AnyAgentSource & {
  readonly kind: "command";
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly scratch?: boolean;
};
