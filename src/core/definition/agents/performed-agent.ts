import type { Amounts } from "../../amounts.ts";
import type { Report } from "../reading/report.ts";
import { amountsOf } from "../settings/budget.ts";
import { durationMs } from "../types/duration-value.ts";
import type { CommandDefinition } from "./agent.ts";
import type { PerformedAgentSource } from "./agent-source.ts";
import { readBreaker } from "./breaker-shape.ts";
import { readCallRate } from "./call-rate.ts";

const AGENT_TIMEOUT_DEFAULT_MS = 300_000;
const AGENT_CONCURRENCY_DEFAULT = 5;
const HEARTBEAT_DEFAULT_MS = 30_000;
/** More often, and it would have little else to do. */
const HEARTBEAT_LEAST_MS = 1_000;

type Performed = Pick<
  CommandDefinition,
  "concurrency" | "effects" | "timeoutMs" | "breaker" | "heartbeatMs" | "estimate" | "rate"
>;

/** What holds for every agent that something performs. */
export function performedOf(
  said: Partial<PerformedAgentSource> & { readonly instances?: number },
  report: Report,
): Performed {
  adviseOnEffects(said, report);
  const { instances = 1, heartbeat } = said;
  const rate = readCallRate(said, { path: [], report });
  const timeoutMs = durationMs(said.timeout, { path: ["timeout"], report, leastMs: 1 });
  return {
    concurrency: said.concurrency ?? Math.max(AGENT_CONCURRENCY_DEFAULT, instances),
    effects: said.effects ?? "ask",
    timeoutMs: timeoutMs ?? AGENT_TIMEOUT_DEFAULT_MS,
    breaker: readBreaker(said.breaker, { path: ["breaker"], report }),
    heartbeatMs: heartbeat === false ? null : heartbeatOf(heartbeat, report),
    ...estimateOf(said, report),
    ...(rate === null ? {} : { rate }),
  };
}

/** Of people nothing is performed: none of it applies. */
export const NOT_PERFORMED: Performed = {
  concurrency: 1,
  effects: "pure",
  timeoutMs: AGENT_TIMEOUT_DEFAULT_MS,
  breaker: null,
  heartbeatMs: null,
};

function estimateOf(
  { usage_estimate: said }: Partial<PerformedAgentSource>,
  report: Report,
): { estimate?: Amounts } {
  if (said === undefined) return {};
  return { estimate: amountsOf(said, { path: ["usage_estimate"], report }) };
}

function heartbeatOf(said: string | number | undefined, report: Report): number {
  const context = { path: ["heartbeat"], report, leastMs: HEARTBEAT_LEAST_MS };
  return durationMs(said, context) ?? HEARTBEAT_DEFAULT_MS;
}

function adviseOnEffects(shaped: Partial<PerformedAgentSource>, report: Report): void {
  if (shaped.effects !== undefined) return;
  report.add({
    code: "advice",
    severity: "warning",
    message:
      "This agent does not say what a repetition of its work does, so that it counts as ask: after a crash a person has to look.",
    mend: "Write effects: pure (it only reads), idempotent (twice under one key is once), or ask.",
    path: [],
  });
}
