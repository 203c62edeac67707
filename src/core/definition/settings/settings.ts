import { type CallRate, readCallRate } from "../agents/call-rate.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { durationMs } from "../types/duration-value.ts";
import { readMemory } from "../types/memory.ts";
import type { Fallback, Retry, Rule, RunLimits, Strategy, Workflow } from "../workflow.ts";
import type { WorkflowSource } from "../workflow-source.ts";
import { type Budgets, readBudgets } from "./budget.ts";
import { type CheckpointPolicy, readCheckpoints } from "./checkpoint-policy.ts";
import { readErrorTypes, readRules } from "./error-rules.ts";
import { errorWords, RETRY_DEFAULT, readRetry, readStrategy } from "./retry.ts";

/** Of one run, unless its definition says otherwise. */
export const CONCURRENCY_DEFAULT = 5;

/** What holds for steps that do not say it themselves, and for the run as a whole. */
export type Settings = {
  readonly limits: RunLimits;
  readonly budgets: Budgets;
  /** false: every step is done, whatever it says of its cache. */
  readonly usesCache: boolean;
  readonly rate: CallRate | null;
  /** No agent may take more memory, whatever its own definition says. */
  readonly memoryBytesMost: number | null;
  /** Nor keep more processor cores busy. */
  readonly coresMost: number | null;
  readonly checkpoints: CheckpointPolicy | null;
  readonly execution: "sequential" | "parallel" | "mixed";
  /** Items that each `each` goes through; null is all. */
  readonly sample: number | null;
  readonly retry: Retry;
  readonly strategy: Strategy | null;
  readonly strategies: Workflow["strategies"];
  readonly kinds: NonNullable<Workflow["kinds"]>;
  readonly rules: readonly Rule[];
  /** Of one attempt, where the step names none. */
  readonly stepTimeoutMs: number | null;
  /** No attempt of an agent may take longer, whatever the step says. */
  readonly agentTimeoutMs: number | null;
  /** By the agent that may fail, with the place that says so. */
  readonly fallbacks: ReadonlyMap<string, { readonly fallback: Fallback; readonly at: ValuePath }>;
};

export function readSettings(source: Partial<WorkflowSource>, report: Report): Settings {
  const { error_handling: errors, execution_config: execution = {} } = source;
  const time: ReadTime = (value, ...path) => durationMs(value, { path, report, leastMs: 1 });
  const compute = source.resource_config?.compute;
  const general = readRetry(execution.retry_config, {
    path: ["execution_config", "retry_config"],
    report,
    otherwise: RETRY_DEFAULT,
  });
  return {
    limits: limitsOf(source, time),
    budgets: readBudgets(source, report),
    usesCache: execution?.cache !== false,
    ...heldBack(source, report),
    checkpoints: readCheckpoints(source, report),
    execution: execution.mode ?? "sequential",
    sample: execution.sample ?? null,
    retry: readRetry(errors?.retry_policy, {
      path: ["error_handling", "retry_policy"],
      report,
      otherwise: general,
    }),
    strategy: readStrategy(
      source.error_strategy ?? errors?.error_strategy ?? execution.error_strategy,
    ),
    ...readErrorTypes(source, report),
    rules: readRules(errors?.escalation_rules, report),
    stepTimeoutMs: time(execution.timeout_per_step, "execution_config", "timeout_per_step"),
    agentTimeoutMs: time(compute?.agent_timeout, "resource_config", "compute", "agent_timeout"),
    fallbacks: readFallbacks(source, report),
  };
}

function heldBack(
  { resource_config: config }: Partial<WorkflowSource>,
  report: Report,
): Pick<Settings, "rate" | "memoryBytesMost" | "coresMost"> {
  const path = ["resource_config", "compute", "memory_limit_per_agent"];
  return {
    rate: readCallRate(config?.api_limits, { path: ["resource_config", "api_limits"], report }),
    memoryBytesMost: readMemory(config?.compute?.memory_limit_per_agent, { path, report }),
    coresMost: config?.compute?.cpu_limit_per_agent ?? null,
  };
}

type ReadTime = (value: string | number | undefined, ...path: string[]) => number | null;

function limitsOf(source: Partial<WorkflowSource>, time: ReadTime): RunLimits {
  const { execution_config: execution, resource_limits: limits } = source;
  return {
    concurrencyMost:
      least([
        source.max_concurrency,
        source.concurrency,
        execution?.max_concurrency,
        limits?.max_concurrent_agents,
        source.resource_config?.compute?.max_agents_concurrent,
      ]) ?? CONCURRENCY_DEFAULT,
    totalTimeoutMs: least([
      time(limits?.total_timeout, "resource_limits", "total_timeout"),
      time(execution?.timeout_total, "execution_config", "timeout_total"),
    ]),
  };
}

/** Of all limits that apply the least wins; null where none was said. */
export function least(limits: readonly (number | null | undefined)[]): number | null {
  const said = limits.filter((limit) => typeof limit === "number");
  return said.length === 0 ? null : Math.min(...said);
}

function readFallbacks(source: Partial<WorkflowSource>, report: Report): Settings["fallbacks"] {
  const fallbacks = new Map<string, { fallback: Fallback; at: ValuePath }>();
  const config = source.execution_config?.fallback_config;
  if (config?.enabled !== false) {
    for (const [agent, fallback] of Object.entries(config?.fallback_map ?? {})) {
      fallbacks.set(agent, {
        fallback: { agent: fallback, reason: "", on: [] },
        at: ["execution_config", "fallback_config", "fallback_map", agent],
      });
    }
  }
  (source.error_handling?.fallback_strategy ?? []).forEach((said, index) => {
    if (fallbacks.has(said.primary_agent)) {
      report.add({
        code: "duplicate",
        message: `The agent "${said.primary_agent}" already has a fallback.`,
        mend: "Keep one of them; several triggers stand in one list.",
        path: ["error_handling", "fallback_strategy", index, "primary_agent"],
      });
    }
    fallbacks.set(said.primary_agent, {
      fallback: { agent: said.fallback, reason: said.reason ?? "", on: errorWords(said.trigger) },
      at: ["error_handling", "fallback_strategy", index, "fallback"],
    });
  });
  return fallbacks;
}
