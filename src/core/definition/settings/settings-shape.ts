import type { z } from "zod";
import {
  closed,
  duration,
  listOf,
  named,
  oneOf,
  share,
  size,
  truth,
  whole,
  word,
} from "../reading/closed-shape.ts";
import { CORES_LEAST, CORES_MOST } from "../types/cores.ts";
import { NOTICE_EVENTS } from "../workflow.ts";
import type {
  ExecutionConfigSource,
  MonitoringConfigSource,
  MonitoringSource,
  NotificationSource,
  ResourceConfigSource,
  ResourceLimitsSource,
} from "../workflow-source.ts";
import { COUNT_MOST, callRateKeys, moneyShape, onExceededShape } from "./budget-shape.ts";
import { concurrencyShape, executionShape, retryShape, strategyShape } from "./running-shape.ts";

const agentName = word("an agent's name");
const url = word("an address");

export const executionConfigShape: z.ZodType<ExecutionConfigSource> = closed<ExecutionConfigSource>(
  {
    mode: executionShape.describe(
      "The execution of phases and blocks that do not say it themselves.",
    ),
    max_concurrency: concurrencyShape,
    sample: whole(1, COUNT_MOST).describe(
      "Each goes through so many of its first items and leaves the others out: to try a batch before all of it.",
    ),
    timeout_per_step: duration().describe("Of one attempt, for steps that name no timeout."),
    timeout_total: duration().describe("Of the whole run."),
    error_strategy: strategyShape,
    checkpoint_strategy: closed<NonNullable<ExecutionConfigSource["checkpoint_strategy"]>>({
      enabled: truth().describe("false: no position of the log is named as a checkpoint."),
      interval: oneOf(["per_step", "per_phase", "timed"]).describe(
        "After each step, each phase (the default), or so long after the one before.",
      ),
      every: duration().describe("timed: so long. Default 30s."),
      storage: oneOf(["file", "database", "redis"]).describe(
        "Where they are kept beside the log: a row (the default), or a complete copy as a file or in Redis.",
      ),
      redis: url.describe(
        "storage redis: its address. One that is secret, as `$env.NAME`. Unsaid: what MUSTER_REDIS says in the environment.",
      ),
    }).describe(
      "Positions in a run's log from which it can be resumed or forked: cp_1, cp_2, … Every event is on disk in any case.",
    ),
    retry_config: retryShape.describe("How steps are tried again that do not say it themselves."),
    cache: truth().describe(
      "false: every step is done, also one that says `cache`. `--no-cache` says it for one run.",
    ),
    fallback_config: closed<NonNullable<ExecutionConfigSource["fallback_config"]>>({
      enabled: truth().describe("false: the map is not used."),
      fallback_map: named(agentName, "a map of agents to agents").describe(
        "Agent to fallback agent, for steps that name no fallback.",
      ),
    }),
  },
);

export const resourceLimitsShape: z.ZodType<ResourceLimitsSource> = closed<ResourceLimitsSource>({
  total_timeout: duration().describe("Of the whole run."),
  token_budget: whole(1, COUNT_MOST).describe("Tokens that a run may use in all."),
  max_concurrent_agents: concurrencyShape,
});

export const resourceConfigShape: z.ZodType<ResourceConfigSource> = closed<ResourceConfigSource>({
  token_budget: closed<NonNullable<ResourceConfigSource["token_budget"]>>({
    total: whole(1, COUNT_MOST).describe("Of the whole run."),
    per_step_max: whole(1, COUNT_MOST).describe(
      "What one step may use in all its attempts, where it names no budget of its own.",
    ),
    reserved_for_error_handling: whole(0, COUNT_MOST).describe(
      "Of the total: only for retries, repeats after a crash, fallbacks and compensation.",
    ),
  }).describe("Tokens that a run may use. Reserved before each attempt, settled after it."),
  money_budget: closed<NonNullable<ResourceConfigSource["money_budget"]>>({
    total: moneyShape.describe("Of the whole run."),
    per_step_max: moneyShape.describe("What one step may cost, where it names no budget."),
    reserved_for_error_handling: moneyShape.describe(
      "Of the total: only for retries, repeats after a crash, fallbacks and compensation.",
    ),
  }).describe("Money that a run may cost, all in one currency."),
  on_budget_exceeded: onExceededShape,
  api_limits: closed<NonNullable<ResourceConfigSource["api_limits"]>>({
    max_calls: whole(1, COUNT_MOST).describe("Calls of interfaces that a run may make in all."),
    ...callRateKeys,
  }).describe("How often the agents of a run may be asked."),
  compute: closed<NonNullable<ResourceConfigSource["compute"]>>({
    max_agents_concurrent: concurrencyShape,
    agent_timeout: duration().describe("The longest that any attempt of an agent may take."),
    memory_limit_per_agent: size().describe(
      "The most memory of an agent that works in a program of its own: 512MB, 4GB. Of this and the agent's own limit the least holds.",
    ),
    cpu_limit_per_agent: share(CORES_LEAST, CORES_MOST).describe(
      "The most processor cores that an agent may keep busy that works in a program of its own: 0.5, 2. What would be more is slowed to it. Of this and the agent's own limit the least holds.",
    ),
  }),
});

const notifications: z.ZodType<readonly NotificationSource[]> = listOf(
  closed<NotificationSource>(
    {
      type: oneOf(["webhook", "slack", "email"]),
      url: url.describe("webhook: where to. One that is secret, as `$env.NAME`."),
      webhook: url.describe(
        "slack: its incoming webhook. Unsaid: that of the company's channel `slack`.",
      ),
      channel: word("a channel").describe("slack: the channel, such as `#workflows`."),
      secret: word("a secret").describe(
        "webhook: what it is signed with, as `$env.NAME` (Standard Webhooks).",
      ),
      recipients: listOf(word("an address"), "a list of addresses").describe(
        "email: addresses, or names of the company's `recipients`.",
      ),
      events: listOf(word("the name of an event"), "a list of events").describe(
        `What they are told of: ${NOTICE_EVENTS.join(", ")}. Unsaid: completed, failed, paused, escalated, approval_needed.`,
      ),
      format: oneOf(["json", "text"]).describe("What a webhook is sent; json unless said."),
    },
    ["type"],
  ),
  "a list of maps with type",
).describe("Who is told of what, and how. Each is told once.");

export const monitoringShape: z.ZodType<MonitoringSource> = closed<MonitoringSource>({
  progress_webhook: url.describe(
    "Told of each change of a run's state, and of its progress where there are progress updates.",
  ),
  slack_channel: word("a channel").describe(
    "Told of the start, the end and what needs people, through the company's channel `slack`.",
  ),
  progress_endpoint: url.describe(
    "Where progress is served: `/api/workflows/{workflow_id}/progress`. Another address is told as a warning.",
  ),
  events_stream: url.describe(
    "Where events are streamed: `/api/workflows/{workflow_id}/events`. Another address is told as a warning.",
  ),
  metrics_export: word("a format").describe("prometheus_format: figures are served at `/metrics`."),
  notifications,
});

export const monitoringConfigShape: z.ZodType<MonitoringConfigSource> =
  closed<MonitoringConfigSource>({
    progress_updates: closed<NonNullable<MonitoringConfigSource["progress_updates"]>>({
      enabled: truth().describe("false: there are none."),
      interval: duration().describe(
        "How often a run that goes on says how far it is; 30s unless said.",
      ),
      format: oneOf(["json", "text"]).describe("Of the line on standard error; text unless said."),
    }).describe(
      "How far a run is, on standard error and to the webhooks that are told of progress.",
    ),
    notifications,
    metrics: closed<NonNullable<MonitoringConfigSource["metrics"]>>({
      enabled: truth().describe("false: its runs are not counted in the figures."),
      export_format: word("a format").describe("prometheus."),
      endpoint: url.describe(
        "Where figures are served: `/metrics`. Another address is told as a warning.",
      ),
    }),
  });
