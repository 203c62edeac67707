import type { RetrySource } from "../../src/core/definition/index.ts";
import { course, type Row, waits } from "./row.ts";

const THREE = ["a", "b", "c"].map((id) => ({ id, agent: "maker" }));
const PARALLEL = { execution_config: { mode: "parallel" } } as const;

export const execution: readonly Row[] = [
  {
    key: "execution_config.mode",
    with: PARALLEL,
    steps: THREE,
    sees: (run) => run.inFlight(),
    gives: { with: ["a", "b", "c"], without: ["a"] },
  },
  {
    key: "execution_config.max_concurrency",
    with: { execution_config: { mode: "parallel", max_concurrency: 2 } },
    without: PARALLEL,
    steps: THREE,
    sees: (run) => run.inFlight(),
    gives: { with: ["a", "b"], without: ["a", "b", "c"] },
  },
  {
    key: "execution_config.sample",
    with: { execution_config: { sample: 1 } },
    steps: [{ id: "a", each: ["x", "y"], agent: "maker" }],
    sees: (run) => run.inFlight(),
    gives: { with: ["a[0]"], without: ["a[0]", "a[1]"] },
  },
  {
    key: "execution_config.timeout_per_step",
    with: { execution_config: { timeout_per_step: "300s" } },
    sees: (run) => run.owes("perform")[0]?.timeoutMs,
    gives: { with: 300_000, without: null },
  },
  {
    key: "execution_config.timeout_total",
    with: { execution_config: { timeout_total: "3600s" } },
    sees: (run) => {
      run.after(3_600_000);
      return run.status();
    },
    gives: { with: "failed", without: "running" },
  },
  {
    key: "execution_config.error_strategy",
    with: { execution_config: { error_strategy: "degradable" } },
    sees: (run) => course(run, "invalid_input_data"),
    gives: { with: "maker degraded", without: "maker failed" },
  },
  {
    key: "execution_config.fallback_config.fallback_map.*",
    with: { execution_config: { fallback_config: { fallback_map: { maker: "other" } } } },
    sees: (run) => course(run, "invalid_input_data"),
    gives: { with: "maker other failed", without: "maker failed" },
  },
  {
    key: "execution_config.fallback_config.enabled",
    with: {
      execution_config: { fallback_config: { enabled: false, fallback_map: { maker: "other" } } },
    },
    without: { execution_config: { fallback_config: { fallback_map: { maker: "other" } } } },
    sees: (run) => course(run, "invalid_input_data"),
    gives: { with: "maker failed", without: "maker other failed" },
  },
  ...retry("execution_config.retry_config", (retry_config) => ({
    execution_config: { retry_config },
  })),
  ...retry("error_handling.retry_policy", (retry_policy) => ({
    error_handling: { retry_policy },
  })),
];

/** The same keys stand in two blocks. */
function retry(block: string, settings: (source: RetrySource) => Row["with"]): readonly Row[] {
  const steady = { jitter: false, max_attempts: 5 } as const;
  const row = (key: string, source: RetrySource, rest: Pick<Row, "sees" | "gives">): Row => ({
    key: `${block}.${key}`,
    with: settings({ ...steady, ...source }),
    without: settings(steady),
    ...rest,
  });
  const without = [5, 10, 20, 40];
  return [
    row("enabled", { enabled: false }, { sees: waits, gives: { with: [], without } }),
    row("max_attempts", { max_attempts: 2 }, { sees: waits, gives: { with: [5], without } }),
    row(
      "backoff",
      { backoff: "linear" },
      { sees: waits, gives: { with: [5, 10, 15, 20], without } },
    ),
    row(
      "initial_delay",
      { initial_delay: "1s" },
      { sees: waits, gives: { with: [1, 2, 4, 8], without } },
    ),
    row(
      "max_delay",
      { max_delay: "12s" },
      { sees: waits, gives: { with: [5, 10, 12, 12], without } },
    ),
    row(
      "retry_on",
      { retry_on: ["permanent_error"] },
      {
        sees: (run) => course(run, "invalid_input_data"),
        gives: { with: "maker maker maker maker maker failed", without: "maker failed" },
      },
    ),
    row(
      "jitter",
      { jitter: true },
      {
        sees: (run) => waits(run).every((wait, at) => wait === without[at]),
        gives: { with: false, without: true },
      },
    ),
  ];
}
