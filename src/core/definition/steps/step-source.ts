import type { Json, JsonObject } from "../../json.ts";

/**
 * A step as an author writes it, in YAML or in TypeScript. Its kind is told by one key: `agent` or
 * `needs` (task), `tool`, `gate`, `choose`, `wait`, `workflow` or `steps`. `each` and `repeat` go
 * around any of them. What each key means stands in the schema (`step-shape.ts`).
 */
export type StepSource =
  | TaskSource
  | ToolSource
  | GateSource
  | WaitSource
  | ChooseSource
  | SubRunSource
  | BlockSource;

/** What every step may say. */
export type AnyStepSource = {
  readonly id?: string | number;
  readonly step?: string | number;
  readonly name?: string;
  readonly description?: string;
  readonly when?: string | boolean;
  readonly after?: string | number | readonly (string | number)[];
  readonly optional?: boolean;
  readonly impact?: string;
  readonly warning?: string;
  readonly each?: Json;
  readonly batch?: number;
  readonly tolerate?: number | string;
  readonly publish?: string | readonly string[] | { readonly [name: string]: Json };
  readonly facts?: string | readonly string[] | { readonly [name: string]: Json };
  readonly repeat?: RepeatSource;
  readonly max_concurrency?: number;
  readonly concurrency?: number;
};

export type TaskSource = AnyStepSource & {
  readonly agent?: string;
  readonly needs?: string | readonly string[];
  readonly task?: string;
  readonly instructions?: string;
  readonly inputs?: JsonObject;
  readonly outputs?: OutputsSource;
  readonly timeout?: DurationSource;
  readonly retry?: boolean | number | RetrySource;
  readonly error_strategy?: StrategySource;
  readonly fallback?: string | FallbackSource;
  readonly approve?: boolean | string | readonly string[] | ApprovalSource;
  readonly compensate?: CompensationSource;
  readonly uses?: string | readonly string[];
  readonly options?: Json;
  readonly cache?: boolean | { readonly ttl?: DurationSource; readonly allow_ask?: boolean };
  readonly budget?: StepBudgetSource;
};

/** A tool of the company's map is used, in the name of an agent that has a grant of it. */
export type ToolSource = AnyStepSource &
  Pick<
    TaskSource,
    | "inputs"
    | "outputs"
    | "timeout"
    | "retry"
    | "error_strategy"
    | "approve"
    | "compensate"
    | "uses"
    | "budget"
    | "options"
  > & {
    readonly tool: string;
    readonly as: string;
  };

export type GateSource = AnyStepSource & { readonly gate: string | GateFormSource };

export type WaitSource = AnyStepSource & {
  readonly wait: string | number | WaitEventSource;
  readonly outputs?: OutputsSource;
};

export type ChooseSource = AnyStepSource & {
  readonly choose: readonly StepSource[];
  readonly otherwise?: StepSource | readonly StepSource[];
};

export type SubRunSource = AnyStepSource & {
  readonly workflow: string;
  readonly inputs?: JsonObject;
  readonly outputs?: OutputsSource;
  readonly timeout?: DurationSource;
  readonly retry?: boolean | number | RetrySource;
  readonly error_strategy?: StrategySource;
  readonly budget?: StepBudgetSource;
};

export type BlockSource = AnyStepSource & {
  readonly steps: readonly StepSource[];
  readonly execution?: ExecutionSource;
  readonly timeout?: DurationSource;
};

/** "USD 5.00", or the same in two parts. */
export type MoneySource = string | { readonly amount: number; readonly currency: string };

export type OnExceededSource = "refuse" | "wait" | "ask";

export type StepBudgetSource = {
  readonly tokens?: number;
  readonly money?: MoneySource;
  readonly calls?: number;
  readonly time?: DurationSource;
  readonly on_exceeded?: OnExceededSource;
};

export type DurationSource = string | number;

export type ExecutionSource = "sequential" | "parallel" | "mixed";

export type StrategySource =
  | "fail_immediately"
  | "retry_with_backoff"
  | "retry_with_fallback"
  | "degradable"
  | "continue_with_warning"
  | "halt_and_escalate";

/** A type: "UUID[]", "string", the name of one of the workflow's `types`, or a JSON Schema. */
export type TypeSource = string | JsonObject;

export type OutputsSource =
  | { readonly [name: string]: TypeSource }
  | readonly (string | { readonly [name: string]: TypeSource })[];

export type RepeatSource = { readonly until: string | boolean; readonly at_most: number };

export type RetrySource = {
  readonly enabled?: boolean;
  readonly max_attempts?: number;
  readonly backoff?: "exponential" | "linear" | "fixed";
  readonly initial_delay?: DurationSource;
  readonly max_delay?: DurationSource;
  readonly jitter?: boolean;
  readonly retry_on?: readonly string[];
};

export type FallbackSource = {
  readonly agent: string;
  readonly reason?: string;
  readonly on?: string | readonly string[];
  readonly trigger?: string | readonly string[];
};

export type ApprovalSource = {
  readonly chain?: string;
  readonly from?: string | readonly string[];
  readonly need?: number;
  readonly due?: DurationSource;
  readonly on_timeout?: "reject" | "escalate";
};

export type GateFormSource = ApprovalSource & {
  readonly ask: string;
  readonly show?: JsonObject;
  readonly rejected?: "fail" | "continue";
};

export type WaitEventSource = {
  readonly event: string;
  readonly key?: Json;
  readonly timeout?: DurationSource;
};

export type CompensationSource = {
  readonly agent: string;
  readonly inputs?: JsonObject;
  readonly timeout?: DurationSource;
};
