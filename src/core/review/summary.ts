import { amountOf } from "../amounts.ts";
import {
  countedSteps,
  type History,
  isWell,
  statusOf,
  tokensBudgetOf,
  viewOf,
} from "../history/index.ts";
import { type Evidence, tookMs } from "./evidence.ts";
import { ticksOf } from "./ticks.ts";

/** Where the papers of a run stand, as paths. */
export type RunFiles = {
  readonly outputs: string;
  readonly state: string;
  readonly log: string;
  readonly metrics: string;
};

type Share = { readonly done: number; readonly of: number };

/** What a run came to, on one page. What each part means stands in its schema, `summary-shape.ts`. */
export type Summary = {
  readonly workflow: string;
  readonly version: string;
  readonly workflow_id: string | null;
  readonly status: string;
  readonly duration_minutes: number;
  readonly phases_completed: Share;
  readonly steps_completed: Share;
  readonly completed: readonly {
    readonly text: string;
    readonly ticked: boolean;
    readonly why: string;
  }[];
  readonly resource_usage: {
    readonly tokens: {
      readonly used: number;
      readonly budget: number | null;
      readonly percent: number | null;
    };
    readonly api_calls: { readonly made: number; readonly limit: number | null };
    readonly peak_concurrent_agents: number;
    readonly execution_time: {
      readonly minutes: number;
      readonly estimated_minutes: number | null;
    };
  };
  readonly outputs: RunFiles | null;
  readonly next_steps: readonly string[];
};

/** What the run may use in all; null where there is no limit. */
type Limits = { readonly tokens: number | null; readonly calls: number | null };

function limitsOf(history: History): Limits {
  const { budget } = history.workflow;
  const calls = budget?.total["calls"];
  return {
    tokens: tokensBudgetOf(history),
    calls: calls === undefined ? null : calls + amountOf(history.raised, "calls"),
  };
}

export function summaryOf(evidence: Evidence, files: RunFiles | null): Summary {
  const { history } = evidence.read;
  const limits = limitsOf(history);
  const view = viewOf(history);
  const { tokens, calls } = view.usage;
  const steps = view.phases.flatMap(countedSteps);
  const elapsed = (view.endedAt ?? view.updatedAt ?? 0) - (view.acceptedAt ?? 0);
  return {
    workflow: view.workflow,
    version: view.version,
    workflow_id: view.run,
    status: statusOf(history),
    duration_minutes: minutes(elapsed),
    phases_completed: { done: view.phases.filter(isWell).length, of: view.phases.length },
    steps_completed: { done: steps.filter(isWell).length, of: steps.length },
    completed: ticksOf(evidence).map(({ text, isTrue, why }) => ({ text, ticked: isTrue, why })),
    resource_usage: {
      tokens: { used: tokens, budget: limits.tokens, percent: percentOf(tokens, limits.tokens) },
      api_calls: { made: calls, limit: limits.calls },
      peak_concurrent_agents: view.counts.inFlightPeak,
      execution_time: timeOf(evidence),
    },
    outputs: files,
    next_steps: nextSteps(evidence),
  };
}

function timeOf(evidence: Evidence): Summary["resource_usage"]["execution_time"] {
  const { estimate } = evidence;
  return {
    minutes: minutes(tookMs(evidence)),
    estimated_minutes: estimate === null ? null : minutes(estimate.ms),
  };
}

function percentOf(used: number, budget: number | null): number | null {
  return budget === null || budget === 0 ? null : Math.round((100 * used) / budget);
}

/** To ten thousandths, which are six milliseconds. */
function minutes(ms: number): number {
  return Math.round(ms / 6) / 10_000;
}

/** What is sensible to do next, most pressing first: decide what waits, look at what it gave, keep it. */
function nextSteps({ read: { history } }: Evidence): readonly string[] {
  const run = history.run ?? "last";
  const { exceptionCount, gateCount, taskCount, status } = viewOf(history);
  const held = exceptionCount > 0 || status === "paused";
  return [
    ...(held ? [`muster runs why-waiting ${run}`, `muster runs resume ${run}`] : []),
    ...(gateCount + taskCount > 0 ? ["muster inbox list"] : []),
    `muster runs show ${run}`,
    `muster runs events ${run}`,
    `muster runs verify ${run}`,
    ...(history.endedAt === null ? [] : [`muster runs archive ${run}`]),
  ];
}
