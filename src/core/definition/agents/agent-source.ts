import type { DurationSource, MoneySource, OutputsSource } from "../steps/step-source.ts";
import type { CallRateSource } from "./call-rate.ts";

/** An agent as its author writes it. What each key means stands in the schema (`agent-shape.ts`). */
export type AgentSource =
  | FunctionAgentSource
  | CommandAgentSource
  | HttpAgentSource
  | PersonAgentSource;

/** What every kind takes. */
export type AnyAgentSource = {
  readonly muster?: 1;
  readonly name?: string;
  readonly description?: string;
  readonly capabilities?: string | readonly string[];
  readonly inputs?: OutputsSource;
  readonly outputs?: OutputsSource;
};

export type UsageEstimateSource = {
  readonly tokens?: number;
  readonly money?: MoneySource;
  readonly calls?: number;
};

/** What every kind takes that is performed. */
export type PerformedAgentSource = AnyAgentSource &
  CallRateSource & {
    readonly concurrency?: number;
    readonly effects?: "pure" | "idempotent" | "ask";
    readonly timeout?: DurationSource;
    readonly breaker?: false | BreakerSource;
    readonly heartbeat?: false | DurationSource;
    readonly usage_estimate?: UsageEstimateSource;
  };

export type BreakerSource = {
  readonly failures?: number;
  readonly window?: DurationSource;
  readonly pause?: DurationSource;
};

/** What every kind takes that is performed on this machine. */
export type LocalAgentSource = PerformedAgentSource & {
  readonly instances?: number;
  readonly env?: readonly string[] | { readonly [name: string]: string };
  readonly memory_limit_per_agent?: string | number;
  readonly cpu_limit_per_agent?: number;
};

export type FunctionAgentSource = LocalAgentSource & {
  readonly kind: "function";
  readonly module: string;
  readonly isolate?: boolean;
};

export type CommandAgentSource = LocalAgentSource & {
  readonly kind: "command";
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly scratch?: boolean;
};

export type HttpAgentSource = PerformedAgentSource & {
  readonly kind: "http";
  readonly url: string | readonly string[];
  readonly method?: "POST" | "PUT";
  readonly headers?: { readonly [name: string]: string };
  readonly ca?: string;
  readonly health?: string;
  readonly insecure?: boolean;
};

export type PersonAgentSource = AnyAgentSource & {
  readonly kind: "person";
  readonly from?: string | readonly string[];
  readonly due?: DurationSource;
  readonly escalate?: string | readonly string[];
};
