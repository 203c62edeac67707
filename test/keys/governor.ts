import type { Shown } from "./row.ts";

const RATES = "src/engine/runtime/calls/rationing.test.ts";

/** Keys that hold back what agents do. */
export const governor: readonly Shown[] = [
  {
    key: "resource_config.api_limits.max_calls_per_minute",
    file: RATES,
    test: "wait: what is too much begins later, and says what it waits for",
  },
  {
    key: "resource_config.api_limits.rate_limit_strategy",
    file: RATES,
    test: "error: the attempt is refused as api_rate_limit, and tried again when it may",
  },
  {
    key: "resource_config.compute.cpu_limit_per_agent",
    file: "src/engine/company/runs/governor.alone.test.ts",
    test: "cpu_limit_per_agent of a run holds for an agent that names none, and slows it",
  },
  {
    key: "resource_config.compute.memory_limit_per_agent",
    file: "src/engine/company/runs/governor.alone.test.ts",
    test: "memory_limit_per_agent of a run holds for an agent that names none, and ends it",
  },
];
