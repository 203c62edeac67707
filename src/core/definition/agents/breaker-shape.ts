import { z } from "zod";
import { closed, duration, either, whole } from "../reading/closed-shape.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { durationMs } from "../types/duration-value.ts";
import type { BreakerDefinition } from "./agent.ts";
import type { BreakerSource } from "./agent-source.ts";

export const BREAKER_DEFAULT: BreakerDefinition = {
  failures: 5,
  windowMs: 60_000,
  pauseMs: 30_000,
};
const FAILURES_MOST = 1_000;

/** When something that fails again and again is left alone, as it is written of an agent and of a system. */
export function breakerShape(): z.ZodType<false | BreakerSource> {
  return either(
    [
      z.literal(false, { error: "false" }),
      closed<BreakerSource>({
        failures: whole(1, FAILURES_MOST).describe("Failures in the window. Default 5."),
        window: duration().describe("Default 1 minute."),
        pause: duration().describe("How long nothing is asked of it. Default 30 seconds."),
      }),
    ],
    "false, or a map with failures, window and pause",
  );
}

/** null: it is never left alone. */
export function readBreaker(
  said: false | BreakerSource | undefined,
  { path, report }: { readonly path: ValuePath; readonly report: Report },
): BreakerDefinition | null {
  if (said === false) return null;
  const { failures, window, pause } = said ?? {};
  const context = (key: string) => ({ path: [...path, key], report, leastMs: 1 });
  return {
    failures: failures ?? BREAKER_DEFAULT.failures,
    windowMs: durationMs(window, context("window")) ?? BREAKER_DEFAULT.windowMs,
    pauseMs: durationMs(pause, context("pause")) ?? BREAKER_DEFAULT.pauseMs,
  };
}
