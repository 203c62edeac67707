import type { Report } from "../reading/report.ts";
import { durationMs } from "../types/duration-value.ts";
import type { WorkflowSource } from "../workflow-source.ts";

/** When positions of a run's log are named as checkpoints, and where copies of them are kept. */
export type CheckpointPolicy = {
  readonly interval: "per_step" | "per_phase" | "timed";
  /** timed: so long lies between two of them, where anything happened. */
  readonly everyMs: number;
  readonly storage: "file" | "database" | "redis";
  /** Where Redis is, or `$env.NAME`; absent: the environment says. */
  readonly redis?: string;
};

export const CHECKPOINTS_DEFAULT: CheckpointPolicy = {
  interval: "per_phase",
  everyMs: 30_000,
  storage: "database",
};

/** More often is of no use: a decision lies between any two. */
const EVERY_MS_LEAST = 1_000;

/** @returns null where the author wants none */
export function readCheckpoints(
  source: Partial<WorkflowSource>,
  report: Report,
): CheckpointPolicy | null {
  const said = source.execution_config?.checkpoint_strategy;
  if (said === undefined) return CHECKPOINTS_DEFAULT;
  const path = ["execution_config", "checkpoint_strategy", "every"];
  const { enabled = true, interval = said.every === undefined ? "per_phase" : "timed" } = said;
  const everyMs = durationMs(said.every, { path, report, leastMs: 1 });
  if (everyMs !== null && everyMs < EVERY_MS_LEAST)
    report.add({
      code: "impossible-limit",
      message: "Checkpoints are at least a second apart.",
      mend: "Write a longer time, or per_step: a checkpoint after each step.",
      path,
    });
  if (said.every !== undefined && interval !== "timed")
    report.add({
      code: "wrong-value",
      message: `"every" means nothing beside the interval ${interval}.`,
      mend: "Write interval: timed, or take it out.",
      path,
      key: true,
    });
  const kept = placeOf(said, report);
  return enabled ? { interval, everyMs: everyMs ?? CHECKPOINTS_DEFAULT.everyMs, ...kept } : null;
}

type Said = NonNullable<NonNullable<WorkflowSource["execution_config"]>["checkpoint_strategy"]>;

/** Where copies are kept. */
function placeOf(
  { storage = CHECKPOINTS_DEFAULT.storage, redis }: Said,
  report: Report,
): Pick<CheckpointPolicy, "storage" | "redis"> {
  if (redis === undefined) return { storage };
  if (storage !== "redis")
    report.add({
      code: "wrong-value",
      message: "The address of Redis means nothing where checkpoints are not kept there.",
      mend: "Write storage: redis, or take it out.",
      path: ["execution_config", "checkpoint_strategy", "redis"],
      key: true,
    });
  return { storage, redis };
}
