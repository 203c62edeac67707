import { reportCacheOfAsk } from "../agents/agent-check.ts";
import type { Building } from "../steps/building.ts";
import type { Draft } from "../steps/draft.ts";
import { durationMs } from "../types/duration-value.ts";
import type { AgentNeed, Cache } from "../workflow.ts";

const TTL_DEFAULT_MS = 86_400_000;
/** No result is used again for longer. */
const TTL_MS_MOST: number = 90 * 86_400_000;

/** @returns null where nothing is used again */
export function readCache(
  draft: Extract<Draft, { kind: "task" }>,
  agent: AgentNeed,
  building: Building,
): Cache | null {
  const said = draft.source.cache;
  if (said === undefined || said === false || !building.settings.usesCache) return null;
  const { ttl, allow_ask: allowsAsk = false } = said === true ? {} : said;
  const path = [...draft.at, "cache", "ttl"];
  const ttlMs = durationMs(ttl, { path, report: building.report, leastMs: 1 }) ?? TTL_DEFAULT_MS;
  if (ttlMs > TTL_MS_MOST)
    building.report.add({
      code: "impossible-limit",
      message: "No result is kept for longer than 90 days.",
      mend: "Write a shorter ttl.",
      path,
    });
  if (!allowsAsk) reportCacheOfAsk(agent, [...draft.at, "cache"], building);
  return { ttlMs, allowsAsk };
}
