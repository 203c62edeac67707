import type { Json, JsonObject } from "../json.ts";
import type { UsageEstimateSource } from "./agents/agent-source.ts";
import type { CallRateSource } from "./agents/call-rate.ts";
import type { SilenceSource } from "./reading/silence.ts";
import type { AuditSource } from "./settings/audit-shape.ts";
import type { KeepingSource } from "./settings/keeping.ts";
import type {
  DurationSource,
  ExecutionSource,
  MoneySource,
  OnExceededSource,
  RetrySource,
  StepSource,
  StrategySource,
} from "./steps/step-source.ts";

/**
 * A workflow as an author writes it, in YAML or in TypeScript. What each key means stands in the
 * schema (`workflow-shape.ts`).
 */
export type WorkflowSource = {
  readonly muster?: 1;
  readonly name?: string;
  readonly version?: string | number;
  readonly description?: string;
  readonly owner?: string;
  readonly parameters?: { readonly [name: string]: Json };
  readonly types?: { readonly [name: string]: JsonObject };
  readonly resources?: { readonly [name: string]: number };
  readonly phases?: readonly PhaseSource[];
  readonly workflow?: readonly StepSource[];
  readonly steps?: readonly StepSource[];
  readonly phase?: string;
  readonly execution?: ExecutionSource;
  readonly max_concurrency?: number;
  readonly concurrency?: number;
  readonly error_strategy?: StrategySource;
  readonly outputs?: { readonly [name: string]: Json };
  readonly silence?: SilenceSource;
} & SettingsSource;

/** The blocks of settings; a company's map has the same as defaults. */
export type SettingsSource = {
  readonly error_handling?: ErrorHandlingSource;
  readonly error_types?: ErrorTypesSource;
  readonly execution_config?: ExecutionConfigSource;
  readonly resource_limits?: ResourceLimitsSource;
  readonly resource_config?: ResourceConfigSource;
  readonly monitoring?: MonitoringSource;
  readonly monitoring_config?: MonitoringConfigSource;
};

/** A company's `map.yaml`. */
export type MapSource = {
  readonly muster?: 1;
  readonly company?: string;
  readonly defaults?: SettingsSource;
  readonly budget?: CompanyBudgetSource;
  readonly concurrency?: { readonly most?: number; readonly adaptive?: boolean };
  readonly channels?: Readonly<Record<string, Json>>;
  readonly recipients?: Readonly<Record<string, readonly string[]>>;
  readonly retention?: KeepingSource;
  readonly audit?: AuditSource;
} & { readonly [Key in WorkKey]?: Json };

/** What a map says of work, beside the settings: read and checked by core/map. */
export type WorkKey =
  | "systems"
  | "tools"
  | "agents"
  | "requests"
  | "rules"
  | "approvals"
  | "intake"
  | "facts"
  | "exceptions"
  | "publishing";

export type CompanyBudgetSource = {
  readonly day?: UsageEstimateSource;
  readonly month?: UsageEstimateSource;
  readonly total?: UsageEstimateSource;
};

export type PhaseSource = {
  readonly id?: string | number;
  readonly name?: string;
  readonly phase?: string;
  readonly description?: string;
  readonly when?: string | boolean;
  readonly optional?: boolean;
  readonly impact?: string;
  readonly warning?: string;
  readonly execution?: ExecutionSource;
  readonly max_concurrency?: number;
  readonly concurrency?: number;
  readonly timeout?: DurationSource;
  readonly steps: readonly StepSource[];
};

export type ErrorHandlingSource = {
  readonly error_strategy?: StrategySource;
  readonly error_types?: ErrorTypesSource;
  readonly retry_policy?: RetrySource;
  readonly fallback_strategy?: readonly {
    readonly primary_agent: string;
    readonly fallback: string;
    readonly trigger?: string | readonly string[];
    readonly reason?: string;
  }[];
  readonly escalation_rules?: readonly EscalationRuleSource[];
};

/** What a class of error leads to, and the kinds that are in it. */
export type ErrorTypesSource = {
  readonly [Class in "transient" | "permanent" | "degradable" | "critical"]?:
    | StrategySource
    | readonly string[]
    | { readonly kinds?: readonly string[]; readonly strategy?: StrategySource };
};

export type EscalationRuleSource = {
  readonly condition:
    | "critical_step_failure"
    | "retry_exhausted"
    | "budget_exceeded"
    | "timeout"
    | "stalled";
  readonly action?: "pause_workflow" | "mark_step_failed" | "continue" | "rollback";
  readonly owner?: string;
  readonly notification?: string | EscalationNotificationSource;
  readonly after?: DurationSource;
};

export type EscalationNotificationSource = {
  readonly channels?: readonly string[];
  readonly recipients?: readonly string[];
  readonly message?: string;
};

export type ExecutionConfigSource = {
  readonly mode?: ExecutionSource;
  readonly max_concurrency?: number;
  readonly sample?: number;
  readonly timeout_per_step?: DurationSource;
  readonly timeout_total?: DurationSource;
  readonly error_strategy?: StrategySource;
  readonly checkpoint_strategy?: {
    readonly enabled?: boolean;
    readonly interval?: "per_step" | "per_phase" | "timed";
    readonly every?: DurationSource;
    readonly storage?: "file" | "database" | "redis";
    readonly redis?: string;
  };
  readonly retry_config?: RetrySource;
  readonly cache?: boolean;
  readonly fallback_config?: {
    readonly enabled?: boolean;
    readonly fallback_map?: { readonly [agent: string]: string };
  };
};

export type ResourceLimitsSource = {
  readonly total_timeout?: DurationSource;
  readonly token_budget?: number;
  readonly max_concurrent_agents?: number;
};

export type ResourceConfigSource = {
  readonly token_budget?: {
    readonly total?: number;
    readonly per_step_max?: number;
    readonly reserved_for_error_handling?: number;
  };
  readonly money_budget?: {
    readonly total?: MoneySource;
    readonly per_step_max?: MoneySource;
    readonly reserved_for_error_handling?: MoneySource;
  };
  readonly on_budget_exceeded?: OnExceededSource;
  readonly api_limits?: {
    readonly max_calls?: number;
  } & CallRateSource;
  readonly compute?: {
    readonly max_agents_concurrent?: number;
    readonly agent_timeout?: DurationSource;
    readonly memory_limit_per_agent?: string | number;
    readonly cpu_limit_per_agent?: number;
  };
};

export type NotificationSource = {
  readonly type: "webhook" | "slack" | "email";
  readonly url?: string;
  readonly webhook?: string;
  readonly channel?: string;
  readonly secret?: string;
  readonly recipients?: readonly string[];
  readonly events?: readonly string[];
  readonly format?: "json" | "text";
};

export type MonitoringSource = {
  readonly progress_webhook?: string;
  readonly slack_channel?: string;
  readonly progress_endpoint?: string;
  readonly events_stream?: string;
  readonly metrics_export?: string;
  readonly notifications?: readonly NotificationSource[];
};

export type MonitoringConfigSource = {
  readonly progress_updates?: {
    readonly enabled?: boolean;
    readonly interval?: DurationSource;
    readonly format?: "json" | "text";
  };
  readonly notifications?: readonly NotificationSource[];
  readonly metrics?: {
    readonly enabled?: boolean;
    readonly export_format?: string;
    readonly endpoint?: string;
  };
};
