import { effectiveSettings, otherNames, type Setting, sayDuration } from "../definition/index.ts";
import type { Json } from "../json.ts";
import type { History } from "./history.ts";

/** The settings that hold in a run, and whose word each is; what it was amended to is the run's. */
export function settingsOf({ workflow, limits }: History): readonly Setting[] {
  const { concurrencyMost, totalTimeoutMs, attemptsMost } = limits;
  const amended: readonly (readonly [string, Json | undefined])[] = [
    ["execution_config.max_concurrency", concurrencyMost],
    ["execution_config.timeout_total", said(totalTimeoutMs)],
    ["execution_config.retry_config.max_attempts", attemptsMost],
  ];
  let settings = workflow.settings ?? [];
  for (const [key, value] of amended) {
    if (value === undefined) continue;
    const names = [key, ...otherNames(key)];
    const others = settings.filter((setting) => !names.includes(setting.key));
    settings = [...others, { key, value, origin: "run", where: null }];
  }
  return effectiveSettings(settings);
}

function said(ms: number | null | undefined): Json | undefined {
  return typeof ms === "number" ? sayDuration(ms) : ms;
}
