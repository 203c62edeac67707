import type { CallRate } from "../../../core/definition/index.ts";
import { instantOf } from "../../../core/instant.ts";
import { type Answer, type Call, failure, isUndo } from "../../../core/machine/index.ts";
import type { CallLimit, Held } from "../../governor/index.ts";
import type { Resident } from "../resident.ts";
import type { Performance } from "../runtime.ts";

/** What limits how often this call may be made: what its run's definition says, and its agent's. */
export function limitsOf(
  { id, run }: Resident,
  call: Call,
  agents: CallRate | undefined,
): readonly CallLimit[] {
  const { rate } = run.workflow;
  if (rate === undefined && agents === undefined) return NO_LIMITS;
  const limits: CallLimit[] = [];
  if (rate !== undefined) limits.push({ name: id, of: "the run", rate: waiting(rate, call) });
  if (agents !== undefined)
    limits.push({
      name: `agent ${call.agent}`,
      of: `agent ${call.agent}`,
      rate: waiting(agents, call),
    });
  return limits;
}

const NO_LIMITS: readonly CallLimit[] = [];

/** What is undone is undone, if later. */
function waiting(rate: CallRate, { path }: Call): CallRate {
  return rate.otherwise !== "wait" && isUndo(path) ? { ...rate, otherwise: "wait" } : rate;
}

/** As the end of "waits for". */
export function sayHeld({ limit, until }: Held): string {
  return `the rate limit of ${sayLimit(limit)} until ${instantOf(until)}`;
}

function sayLimit({ of, rate }: CallLimit): string {
  return `${of} (${rate.callsMost} calls a minute)`;
}

/** Where a limit is not waited for: nothing was done, and the run decides what follows. */
export function refused({ limit, until }: Held, now: number): Answer {
  const over = `The rate limit of ${sayLimit(limit)} is used up until ${instantOf(until)}`;
  if (limit.rate.otherwise === "skip")
    return {
      kind: "refused",
      error: failure("skipped_by_rate_limit", `${over}, and its strategy is skip.`),
    };
  const error = failure("api_rate_limit", `${over}.`);
  return { kind: "refused", error: { ...error, retryAfterMs: Math.max(0, until - now) } };
}

/** What its run lets an agent have of the machine. */
export function heldTo({ memoryBytesMost, coresMost }: Resident["run"]["workflow"]): HeldTo {
  if (memoryBytesMost === undefined && coresMost === undefined) return FREE;
  return {
    ...(memoryBytesMost === undefined ? {} : { memoryBytesMost }),
    ...(coresMost === undefined ? {} : { coresMost }),
  };
}

type HeldTo = Pick<Performance, "memoryBytesMost" | "coresMost">;

const FREE: HeldTo = {};
