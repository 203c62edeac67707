import type { PRACTICES, Step, Task } from "../definition/index.ts";
import type { Finding } from "./advice.ts";
import type { Rule } from "./anti-patterns.ts";
import { stepsReadBy } from "./reads.ts";
import { called, type Subject } from "./subject.ts";

const INSTRUCTIONS_SENSIBLE_MOST = 2_000;
const OUTPUTS_SENSIBLE_MOST = 10;
const TASKS_WITHOUT_BOUNDARY_MOST = 4;
const TASKS_WITHOUT_LIMIT_MOST = 2;
const NOTICES_SENSIBLE_MOST = 4;
const NOISY = ["progress", "step_completed", "step_started"];

/** What good workflows do, as far as a file shows it. */
export const practices: Readonly<Record<keyof typeof PRACTICES, Rule>> = {
  "too-much-in-one-step": tooMuchInOneStep,
  "not-repeatable": notRepeatable,
  "no-error-boundaries": noErrorBoundaries,
  "no-time-limit": noTimeLimit,
  "no-fallback": noFallback,
  "too-many-notices": tooManyNotices,
  "no-way-back": noWayBack,
  "limit-above-agent": limitAboveAgent,
  "not-cached": notCached,
};

function tooMuchInOneStep({ tasks }: Subject): readonly Finding[] {
  return tasks.flatMap((task): Finding[] => {
    const { where, instructions } = task;
    const outputs = Object.keys(task.outputs.fields).length;
    const isLong = instructions.length > INSTRUCTIONS_SENSIBLE_MOST;
    if (!isLong && outputs <= OUTPUTS_SENSIBLE_MOST) return [];
    const what = isLong
      ? `${instructions.length} characters of instructions`
      : `${outputs} outputs`;
    return [
      {
        message: `${called(task)} has ${what}: it is more than one piece of work.`,
        mend: "Make several steps of it, so that each is tried again, and paid for, by itself.",
        where,
      },
    ];
  });
}

function notRepeatable({ tasks, agentOf }: Subject): readonly Finding[] {
  return tasks.flatMap((task): Finding[] => {
    const agent = agentOf(task);
    const isAsk = agent?.effects === "ask" && agent.kind !== "person";
    if (!isAsk || task.retry.attemptsMost < 2 || task.strategy !== "retry_with_backoff") return [];
    return [
      {
        message: `${called(task)} is to be tried again, and its agent "${agent.name}" may do harm twice: after doubt a person is asked.`,
        mend: "Let the agent look at the task's key and do nothing twice under one, and write effects: idempotent.",
        where: task.where,
      },
    ];
  });
}

function noErrorBoundaries({ workflow, tasks }: Subject): readonly Finding[] {
  const isBounded = ({ optional, strategy, fallback }: Task) =>
    optional || strategy !== null || fallback !== null;
  const isGeneral =
    Object.keys(workflow.strategies).length > 0 || (workflow.rules ?? []).length > 0;
  if (tasks.length <= TASKS_WITHOUT_BOUNDARY_MOST || isGeneral || tasks.some(isBounded)) return [];
  return [
    {
      message: `None of the ${tasks.length} tasks says what its failure means: each of them ends the run.`,
      mend: "Mark what the run can do without: optional: true, or error_strategy: degradable with its impact.",
    },
  ];
}

function noTimeLimit({ workflow, tasks }: Subject): readonly Finding[] {
  if (workflow.limits.totalTimeoutMs !== null || tasks.length <= TASKS_WITHOUT_LIMIT_MOST)
    return [];
  return [
    {
      message: "Nothing limits the time of a whole run.",
      mend: "Write resource_limits: { total_timeout: 2 hours }; muster dry-run says what to expect.",
    },
  ];
}

/** Another's service, asked for what other steps need. */
function noFallback({ steps, tasks, agentOf }: Subject): readonly Finding[] {
  const needed = new Set(steps.flatMap((step) => [...stepsReadBy(step)]));
  return tasks.flatMap((task): Finding[] => {
    const agent = agentOf(task);
    const isCovered =
      task.fallback !== null ||
      task.optional ||
      task.strategy === "degradable" ||
      !needed.has(task.id);
    if (agent?.kind !== "http" || isCovered) return [];
    return [
      {
        message: `${called(task)} depends on a service, "${agent.name}", and nothing takes its place when that is away.`,
        mend: "Write fallback: NAME with another agent; a name that nobody declared is a person's task.",
        where: task.where,
      },
    ];
  });
}

function tooManyNotices({ workflow }: Subject): readonly Finding[] {
  return (workflow.settings ?? []).flatMap(({ key, value, where }): Finding[] => {
    if (!key.endsWith("notifications") || !Array.isArray(value)) return [];
    return value.flatMap((notice): Finding[] => {
      const said =
        notice !== null && typeof notice === "object" && !Array.isArray(notice) ? notice : {};
      const { events, type } = said;
      const names = Array.isArray(events) ? events.map(String) : [];
      const noisy = names.filter((name) => NOISY.includes(name));
      if (type === "webhook" || (noisy.length === 0 && names.length <= NOTICES_SENSIBLE_MOST))
        return [];
      const what = noisy.length > 0 ? noisy.join(" and ") : `${names.length} kinds of event`;
      return [
        {
          message: `People are told by ${String(type)} of ${what}: what is expected drowns what matters.`,
          mend: "Keep failed, paused and completed for people, and send the rest to a webhook.",
          ...(where === null ? {} : { where }),
        },
      ];
    });
  });
}

function noWayBack({ workflow, tasks, agentOf }: Subject): readonly Finding[] {
  const rollsBack =
    (workflow.rules ?? []).some(({ action }) => action === "rollback") ||
    tasks.some(({ compensate }) => compensate !== null);
  if (!rollsBack) return [];
  return tasks.flatMap((task): Finding[] => {
    const agent = agentOf(task);
    if (agent === null || agent.effects === "pure" || agent.kind === "person") return [];
    if (task.compensate !== null) return [];
    return [
      {
        message: `${called(task)} changes something, and a rollback of the run leaves it as it is.`,
        mend: "Write compensate: { agent: …, inputs: … }; or effects: pure in its agent, where it only reads.",
        where: task.where,
      },
    ];
  });
}

/** More at once than the agent takes: the rest only waits. */
function limitAboveAgent({ steps, agentOf }: Subject): readonly Finding[] {
  return steps.flatMap((step): Finding[] => {
    if (step.kind !== "each" || step.concurrencyMost === null) return [];
    const most = step.concurrencyMost;
    return tasksOf(step.body).flatMap((task): Finding[] => {
      const agent = agentOf(task);
      if (agent === null || agent.kind === "person" || agent.concurrency >= most) return [];
      return [
        {
          message: `${called(step)} does ${most} at once, and its agent "${agent.name}" takes ${agent.concurrency}.`,
          mend: `Write concurrency: ${most} in the agent, or max_concurrency: ${agent.concurrency} here.`,
          where: step.where,
        },
      ];
    });
  });
}

function notCached({ tasks, agentOf }: Subject): readonly Finding[] {
  return tasks.flatMap((task): Finding[] => {
    const agent = agentOf(task);
    if (agent?.effects !== "pure" || agent.estimate === undefined || "cache" in task) return [];
    return [
      {
        message: `${called(task)} only reads, costs something, and is asked anew each time.`,
        mend: "Where what it reads seldom changes, write cache: { ttl: 1d }: the same question is then answered from an earlier run.",
        where: task.where,
      },
    ];
  });
}

function tasksOf(step: Step): readonly Task[] {
  if (step.kind === "task") return [step];
  return step.kind === "block" ? step.steps.flatMap(tasksOf) : [];
}
