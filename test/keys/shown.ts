import { governor } from "./governor.ts";
import { monitoring } from "./monitoring.ts";
import type { Shown } from "./row.ts";

/** Keys whose effect needs more than one run to be seen: each has a test of its own. */
export const SHOWN: readonly Shown[] = [
  ...monitoring,
  ...governor,
  {
    key: "execution_config.cache",
    file: "src/core/definition/settings/budget.test.ts",
    test: "is true for a day, or has its own time; the setting takes it from every step",
  },
  {
    key: "execution_config.checkpoint_strategy.interval",
    file: "src/core/history/checkpoints.test.ts",
    test: "checkpoint_interval: per_step",
  },
  {
    key: "execution_config.checkpoint_strategy.every",
    file: "src/core/history/checkpoints.test.ts",
    test: "timed, every 30s: where anything happened since the one before",
  },
  {
    key: "execution_config.checkpoint_strategy.enabled",
    file: "src/core/history/checkpoints.test.ts",
    test: "enabled: false makes none",
  },
  {
    key: "execution_config.checkpoint_strategy.redis",
    file: "src/engine/checkpoints/checkpoints.alone.test.ts",
    test: "the settings say where Redis is; a copy in it that was changed is refused, and one that cannot be reached is not asked",
  },
  {
    key: "execution_config.checkpoint_strategy.storage",
    file: "src/engine/checkpoints/checkpoints.alone.test.ts",
    test: "checkpoints are kept as JSON files, complete, and one that is damaged is refused with a sentence",
  },
];

/** What a key may not say, because nobody would heed it. */
export const REFUSED: readonly {
  readonly key: string;
  readonly settings: unknown;
  readonly why: RegExp;
}[] = [
  ...(["error_types", "error_handling.error_types"] as const).map((block) => {
    const error_types = { critical: { strategy: "degradable" } };
    return {
      key: `${block}.critical.strategy`,
      settings: block === "error_types" ? { error_types } : { error_handling: { error_types } },
      why: /would never be heeded/,
    };
  }),
  {
    key: "resource_config.money_budget.reserved_for_error_handling.currency",
    settings: {
      resource_config: {
        money_budget: {
          total: "USD 1.00",
          reserved_for_error_handling: { amount: 0.5, currency: "EUR" },
        },
      },
    },
    why: /amounts of two currencies are never set against each other/,
  },
];
