import { amountOf, sayAmount } from "../amounts.ts";
import { countedSteps, isWell, viewOf } from "../history/index.ts";
import { type Evidence, took, tookMs } from "./evidence.ts";
import { isSlow } from "./findings.ts";

/** One point of the completion checklist: whether it holds, and what says so. */
export type Point = {
  readonly id: PointId;
  readonly text: string;
  readonly answer: Answered;
  readonly evidence: string;
};

export type Answered = "true" | "not true" | "does not apply";
export type PointId = keyof typeof POINTS;

const POINTS = {
  validated: "Workflow definition validated (no missing agents, valid dependencies)",
  phases: "All phases completed successfully",
  steps: "All steps completed or gracefully degraded",
  checkpoints: "State checkpoints saved at configured intervals",
  state: "Final state persisted (resumable if needed)",
  budgets: "Resource budgets not exceeded (tokens, API calls, time)",
  "error-handling": "Error handling tested (at least 1 retry or fallback triggered)",
  "data-flow": "Data flow working (outputs correctly passed as inputs)",
  monitoring: "Monitoring/notifications configured and working",
  log: "Execution log accessible and complete",
  targets: "Performance targets met (latency, throughput)",
} as const;

type Said = readonly [Answered, string];

/** The eleven points, answered from the log. */
export function checklistOf(evidence: Evidence): readonly Point[] {
  return (Object.keys(POINTS) as PointId[]).map((id) => {
    const [answer, said] = ASK[id](evidence);
    return { id, text: POINTS[id], answer, evidence: said };
  });
}

const ASK: { readonly [Id in PointId]: (evidence: Evidence) => Said } = {
  validated,
  phases,
  steps,
  checkpoints: checkpointed,
  state: persisted,
  budgets,
  "error-handling": handled,
  "data-flow": flowing,
  monitoring: monitored,
  log: logged,
  targets: performing,
};

function validated({ read: { history, signs } }: Evidence): Said {
  if (signs.agentless) return ["not true", signs.agentless.message];
  const { digest } = history.workflow;
  const agents = Object.keys(history.agents).length;
  return [
    "true",
    `Event 1 pins the definition ${digest.slice(0, 19)}…, which was checked before the run was accepted; each of the ${agents} agents asked was there.`,
  ];
}

function phases({ read: { history } }: Evidence): Said {
  const view = viewOf(history);
  const good = view.phases.filter(({ status }) => status === "completed" || status === "skipped");
  const bad = view.phases.filter((phase) => !good.includes(phase));
  const said = `${good.length} of ${view.phases.length}`;
  if (bad.length === 0) return ["true", `${said} phases completed.`];
  const named = bad.map(({ name, status }) => `"${name}" is ${status}`).join(", ");
  return ["not true", `${said} phases completed: ${named}.`];
}

/** Steps that are named one by one; the others are counted. */
const STEPS_NAMED_MOST = 5;

function steps({ read: { history } }: Evidence): Said {
  const view = viewOf(history);
  const all = view.phases.flatMap(countedSteps);
  const bad = all.filter((step) => !isWell(step));
  const well = `${all.length - bad.length} of ${all.length}`;
  if (bad.length === 0) {
    const { degraded, skipped } = view.counts;
    return ["true", `${well} steps ended well, ${degraded} of them degraded, ${skipped} skipped.`];
  }
  const named = bad.slice(0, STEPS_NAMED_MOST).map(({ name, status }) => `"${name}" is ${status}`);
  const more = bad.length - named.length;
  return [
    "not true",
    `${well} steps ended well: ${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}.`,
  ];
}

function checkpointed({ checkpoints }: Evidence): Said {
  if (checkpoints === null)
    return [
      "does not apply",
      "It names no checkpoint_strategy; its log is written at each decision, and it goes on from the last.",
    ];
  const bad = checkpoints.find(({ damage }) => damage !== null);
  if (bad) return ["not true", `${bad.id} cannot be gone back to: ${bad.damage}`];
  if (checkpoints.length === 0)
    return ["not true", "A checkpoint_strategy is set, and none was saved."];
  return ["true", `${checkpoints.length} saved, the last of them ${checkpoints.at(-1)?.id}.`];
}

function persisted({ read: { history, signs }, chain, damage }: Evidence): Said {
  if (damage !== null) return ["not true", damage];
  if (chain?.ok === false) return ["not true", chain.message];
  if (!signs.whole) return ["not true", `The last decision, at event ${history.seq}, is cut off.`];
  const last = `event ${history.seq}`;
  if (history.outcome !== null)
    return ["true", `It ended as ${history.outcome}; ${last} is on disk, and all before it.`];
  return [
    "true",
    `It goes on from ${last}, which is on disk: muster runs resume ${history.run ?? "RUN"}.`,
  ];
}

function budgets({ read: { history, signs } }: Evidence): Said {
  if (signs.exceeded) return ["not true", signs.exceeded.message];
  const { limits, budget } = history.workflow;
  const units = Object.entries(budget?.total ?? {}).map(([unit, most]) => {
    const used = sayAmount(unit, amountOf(history.use.spent, unit));
    return `${used} of ${sayAmount(unit, most + amountOf(history.raised, unit))}`;
  });
  const ms = (history.endedAt ?? history.updatedAt ?? 0) - (history.acceptedAt ?? 0);
  const most = limits.totalTimeoutMs;
  const said = most === null ? units : [...units, `${took(ms)} of ${took(most)}`];
  if (said.length === 0)
    return ["does not apply", "It has no limit of tokens, calls, money or time."];
  return ["true", `It used ${said.join(", ")}; no limit was passed.`];
}

function handled({ read: { history, signs } }: Evidence): Said {
  const { errors, retried, fellBack, degraded } = viewOf(history).counts;
  const told = `${retried} ${retried === 1 ? "step" : "steps"} tried again, ${fellBack} given to a fallback agent, ${degraded} degraded, ${signs.raised} put before a person`;
  if (errors === 0) return ["does not apply", "Nothing failed, so that nothing was tried again."];
  const isHandled = retried + fellBack + degraded + signs.raised > 0;
  return [
    isHandled ? "true" : "not true",
    `${errors} ${errors === 1 ? "attempt" : "attempts"} failed: ${told}.`,
  ];
}

function flowing({ read: { signs } }: Evidence): Said {
  if (signs.unfed) return ["not true", signs.unfed.message];
  if (signs.fed === 0) return ["does not apply", "No step of it reads what another gave."];
  return [
    "true",
    `${signs.fed} ${signs.fed === 1 ? "step was" : "steps were"} given what steps before gave, each checked against its promise.`,
  ];
}

function monitored({ read: { history }, notices }: Evidence): Said {
  if ((history.workflow.monitoring.notices ?? []).length === 0)
    return ["does not apply", "It configures no notifications."];
  if (notices === null || notices.length === 0)
    return ["not true", "Notifications are configured, and nothing says that one was sent."];
  const failed = notices.filter(({ isSent }) => !isSent);
  const said = `${notices.length - failed.length} of ${notices.length} notices were sent`;
  return failed.length === 0
    ? ["true", `${said}.`]
    : ["not true", `${said}; not: ${failed[0]?.event}.`];
}

function logged({ read: { history, signs }, chain, damage }: Evidence): Said {
  if (damage !== null) return ["not true", damage];
  if (chain === null) return ["does not apply", "The hash chain was not gone through."];
  if (!chain.ok) return ["not true", chain.message];
  if (!signs.whole) return ["not true", `The last decision, at event ${history.seq}, is cut off.`];
  return [
    "true",
    `${chain.end.seq} events, each with the hash of the one before; the last is ${chain.end.hash.slice(0, 19)}….`,
  ];
}

function performing(evidence: Evidence): Said {
  const { estimate, read } = evidence;
  const ms = tookMs(evidence);
  const most = read.history.workflow.limits.totalTimeoutMs;
  if (most !== null && ms > most)
    return ["not true", `It took ${took(ms)} of work, and may take ${took(most)}.`];
  if (estimate === null && most === null)
    return [
      "does not apply",
      "It has no time limit, and too few runs before it to compare it with.",
    ];
  if (estimate === null)
    return ["true", `It took ${took(ms)} of work, and may take ${took(most ?? 0)}.`];
  const said = `It took ${took(ms)} of work; ${estimate.runs} runs before took ${took(estimate.ms)} (the median)`;
  if (isSlow(ms, estimate)) return ["not true", `${said}: over twice that.`];
  return ["true", `${said}.`];
}
