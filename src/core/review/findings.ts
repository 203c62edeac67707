import { failedStep, type StepView, statusOf, viewOf } from "../history/index.ts";
import { entries } from "../machine/index.ts";
import { type Estimate, type Evidence, took, tookMs } from "./evidence.ts";

/** Something that is wrong with a run: which of the nine indicators of failure, why, and the mend. */
export type Finding = {
  readonly id: Indicator;
  /** What it is called for people. */
  readonly indicator: string;
  readonly message: string;
  /** The step that shows it; "" where it is the run as a whole. */
  readonly step: string;
  readonly mend: string;
};

export type Indicator = keyof typeof INDICATORS;

/** In the order in which they are told. */
export const INDICATORS = {
  "validation-failed": "Workflow validation fails",
  "step-unrecovered": "Critical step failure without recovery",
  "state-corrupt": "State corruption",
  "budget-exceeded": "Resource budget exceeded",
  "endless-retry": "Infinite retry loop",
  deadlock: "Deadlock in parallel execution",
  "data-flow-broken": "Data flow broken",
  "escalation-missing": "Missing error escalation",
  slow: "Performance degradation",
} as const;

type Found = { readonly message: string; readonly step?: string; readonly mend: string };

/** Over so many times the estimate a run is slow. */
const SLOW_FACTOR = 2;
/** What takes less is not called slow: a moment more or less is the machine's. */
const SLOW_MS_LEAST = 5_000;

export function isSlow(ms: number, estimate: Estimate | null): boolean {
  return estimate !== null && ms > SLOW_MS_LEAST && ms > SLOW_FACTOR * estimate.ms;
}

/** A run that moves begins or ends something more often than this, or waits for something that has a name. */
export const STILL_MS_MOST = 60_000;

/** Every indicator of failure that is true of the run now. */
export function findingsOf(evidence: Evidence): readonly Finding[] {
  return (Object.keys(INDICATORS) as Indicator[]).flatMap((id) => {
    const found = LOOK[id](evidence);
    if (found === null) return [];
    const { message, step = "", mend } = found;
    return [{ id, indicator: INDICATORS[id], message, step, mend: named(mend, evidence) }];
  });
}

function named(mend: string, { read }: Evidence): string {
  return mend.replaceAll(/\bRUN\b/g, read.history.run ?? "RUN");
}

const LOOK: { readonly [Id in Indicator]: (evidence: Evidence) => Found | null } = {
  "validation-failed": ({ read }) => {
    const { agentless } = read.signs;
    return (
      agentless && {
        message: agentless.message,
        step: agentless.path,
        mend: "muster check names every agent that is missing; write it, or choose another.",
      }
    );
  },
  "step-unrecovered": unrecovered,
  "state-corrupt": corrupt,
  "budget-exceeded": ({ read }) => {
    const { exceeded } = read.signs;
    return (
      exceeded && {
        message: exceeded.message,
        step: exceeded.path,
        mend: "Give it more in resource_limits, or let it do less.",
      }
    );
  },
  "endless-retry": ({ read }) => {
    const { endless } = read.signs;
    return (
      endless && {
        message: endless.message,
        step: endless.path,
        mend: "Cancel the run (muster runs cancel RUN --why WHY), and report this as a fault of Muster.",
      }
    );
  },
  deadlock: deadlocked,
  "data-flow-broken": ({ read }) => {
    const { unfed } = read.signs;
    return (
      unfed && {
        message: unfed.message,
        step: unfed.path,
        mend: "Mend what the step before it gives, or what this one reads: muster runs show RUN has both.",
      }
    );
  },
  "escalation-missing": ({ read }) => {
    const [untold] = [...entries(read.signs.untold)].sort(([one], [two]) => (one < two ? -1 : 1));
    return (
      (untold && {
        message: `Nobody was told of a critical failure: ${untold[1]}`,
        step: untold[0],
        mend: "Let critical failures escalate: error_types: {critical: {strategy: halt_and_escalate}}.",
      }) ??
      null
    );
  },
  slow,
};

function unrecovered({ read: { history } }: Evidence): Found | null {
  if (history.outcome !== "failed" && history.stopping?.end !== "failed") return null;
  const step = failedStep(viewOf(history));
  const error = step?.record.error ?? history.error;
  // What an agent is told of a refusal is not why it was refused.
  const why = error?.kind === "rejected" ? "What stood against it: muster why run RUN. " : "";
  const mend = `${why}Mend the cause and start a new run; give the step a retry, a fallback, or error_strategy: halt_and_escalate.`;
  if (step !== null) return { message: stepWords(step), step: step.path, mend };
  return error && { message: `The run failed for good: ${error.message}`, mend };
}

function stepWords({ name, record }: StepView): string {
  const { attempts, fallback, error } = record;
  const after = attempts > 1 ? ` after ${attempts} attempts` : "";
  const too = fallback ? ", the fallback agent's too" : "";
  return `"${name}" failed for good${after}${too}: ${error?.message ?? "no reason was given"}`;
}

const RESTORE = "Restore the folder .muster from a backup: muster restore --help.";

function corrupt({ chain, damage, checkpoints }: Evidence): Found | null {
  if (damage !== null) return { message: damage, mend: RESTORE };
  if (chain?.ok === false) return { message: chain.message, mend: RESTORE };
  const bad = checkpoints?.find((one) => one.damage !== null);
  if (!bad) return null;
  const message = `The checkpoint ${bad.id} cannot be gone back to: ${bad.damage}`;
  return { message, mend: "Go on from another checkpoint, or from the log itself." };
}

/** No progress, and nothing with a name that it waits for. */
function deadlocked(evidence: Evidence): Found | null {
  const { read, waits, isAtWork, now } = evidence;
  const { history } = read;
  const status = statusOf(history);
  const still = now - (history.updatedAt ?? now);
  const isIdle = isAtWork && waits === 0 && still > STILL_MS_MOST;
  if (!isIdle || (status !== "running" && status !== "accepted")) return null;
  return {
    message: `Nothing has happened in it for ${took(still)}, and it waits for nothing that has a name.`,
    mend: "End the one that holds the folder and resume the run; and report this as a fault of Muster.",
  };
}

function slow(evidence: Evidence): Found | null {
  const { estimate } = evidence;
  const ms = tookMs(evidence);
  if (estimate === null || !isSlow(ms, estimate)) return null;
  return {
    message: `It took ${took(ms)} of work; ${estimate.runs} runs before took ${took(estimate.ms)} (the median), and this is over twice that.`,
    mend: "Compare it with one that was quick: muster runs diff RUN OTHER.",
  };
}
