import type { ANTI_PATTERNS, Block, Each, Step, TypeRef } from "../definition/index.ts";
import { childrenOf } from "../machine/index.ts";
import type { Finding } from "./advice.ts";
import { independentIn } from "./independent.ts";
import { readsIn } from "./reads.ts";
import { called, type Subject } from "./subject.ts";

/** A workflow of fewer tasks is looked at by whoever started it. */
const FEW_TASKS = 3;
const STEPS_BETWEEN_CHECKPOINTS_MOST = 10;
const ATTEMPTS_SENSIBLE_MOST = 10;
const ROUNDS_SENSIBLE_MOST = 100;

export type Rule = (subject: Subject) => readonly Finding[];

/** What goes wrong with workflows, as far as a file shows it. */
export const antiPatterns: Readonly<Record<keyof typeof ANTI_PATTERNS, Rule>> = {
  "untyped-params": untypedParams,
  "no-checkpoints": noCheckpoints,
  "endless-retries": endlessRetries,
  "no-concurrency-limit": noConcurrencyLimit,
  "no-budget": noBudget,
  "one-at-a-time": oneAtATime,
  "no-escalation": noEscalation,
  "untyped-data": untypedData,
  "no-monitoring": noMonitoring,
};

function untypedParams({ workflow }: Subject): readonly Finding[] {
  return Object.entries(workflow.params)
    .filter(([, { type }]) => passesAnything(type))
    .map(([name]) => ({
      message: `The param "${name}" takes anything: what does not fit is found by the step that meets it.`,
      mend: `Give it a type: ${name}: { type: string }.`,
    }));
}

function noCheckpoints({ workflow, isSaid }: Subject): readonly Finding[] {
  const [off] = (workflow.settings ?? []).filter(
    ({ key, value }) => key === "execution_config.checkpoint_strategy.enabled" && value === false,
  );
  if (off !== undefined)
    return [
      {
        message: "Checkpoints are off: a run can be resumed from none.",
        mend: "Take checkpoint_strategy.enabled: false out.",
        ...(off.where === null ? {} : { where: off.where }),
      },
    ];
  if (isSaid("execution_config.checkpoint_strategy")) return [];
  return workflow.root.steps
    .filter((phase) => tasksIn(phase) > STEPS_BETWEEN_CHECKPOINTS_MOST)
    .map((phase) => ({
      message: `${called(phase)} holds ${tasksIn(phase)} tasks, and a checkpoint is made only at its end.`,
      mend: "Write execution_config: { checkpoint_strategy: { interval: per_step } }, or make two phases of it.",
      where: phase.where,
    }));
}

function tasksIn(step: Step): number {
  const own = step.kind === "task" || step.kind === "workflow" ? 1 : 0;
  return childrenOf(step).reduce((sum, inner) => sum + tasksIn(inner), own);
}

function endlessRetries({ steps }: Subject): readonly Finding[] {
  return steps.flatMap((step): Finding[] => {
    const { where } = step;
    if (step.kind === "repeat" && step.roundsMost > ROUNDS_SENSIBLE_MOST)
      return [
        {
          message: `${called(step)} goes round up to ${step.roundsMost} times.`,
          mend: `Lower at_most; above ${ROUNDS_SENSIBLE_MOST} something is mostly wrong with its condition.`,
          where,
        },
      ];
    if (step.kind !== "task" && step.kind !== "workflow") return [];
    const { retry } = step;
    const hopeless = retry.on.filter((word) => word === "permanent" || word === "critical");
    if (hopeless.length > 0 && retry.attemptsMost > 1)
      return [
        {
          message: `${called(step)} is tried again after ${hopeless.join(" and ")} errors, which do not pass by themselves.`,
          mend: "Name in retry_on what passes: transient, or kinds of error such as network_timeout.",
          where,
        },
      ];
    if (retry.attemptsMost <= ATTEMPTS_SENSIBLE_MOST) return [];
    return [
      {
        message: `${called(step)} is tried up to ${retry.attemptsMost} times.`,
        mend: `Lower max_attempts, or name a fallback; after ${ATTEMPTS_SENSIBLE_MOST} the next seldom helps.`,
        where,
      },
    ];
  });
}

const CONCURRENCY_KEYS = [
  "max_concurrency",
  "concurrency",
  "execution_config.max_concurrency",
  "resource_limits.max_concurrent_agents",
  "resource_config.compute.max_agents_concurrent",
];

function noConcurrencyLimit({ workflow, steps, isSaid }: Subject): readonly Finding[] {
  if (isSaid(...CONCURRENCY_KEYS)) return [];
  const atOnce = steps.find((step) => isAtOnce(step) && step.concurrencyMost === null);
  if (atOnce === undefined) return [];
  return [
    {
      message: `${called(atOnce)} does things at once, and nobody says how many: ${workflow.limits.concurrencyMost}, as for any run.`,
      mend: "Write max_concurrency there, or resource_limits: { max_concurrent_agents: 10 }.",
      where: atOnce.where,
    },
  ];
}

function isAtOnce(step: Step): step is Block | Each {
  if (step.kind === "each") return true;
  return step.kind === "block" && step.execution !== "sequential" && step.steps.length > 1;
}

function noBudget({ workflow, tasks, agentOf }: Subject): readonly Finding[] {
  if (workflow.budget !== undefined) return [];
  return tasks.flatMap((task): Finding[] => {
    const agent = agentOf(task);
    const isPaid = agent?.estimate !== undefined || agent?.kind === "http";
    if (!isPaid || task.budget !== undefined) return [];
    return [
      {
        message: `${called(task)} asks the agent "${agent.name}", which may cost something, and nothing limits it.`,
        mend: "Write resource_limits: { token_budget: … } for the run, or budget: { calls: … } for the step.",
        where: task.where,
      },
    ];
  });
}

/** Neighbours in a sequential block that need nothing from one another, where both only do something. */
function oneAtATime({ workflow, steps }: Subject): readonly Finding[] {
  return independentIn([workflow.root, ...steps]).flatMap((alone): Finding[] => {
    const [first] = alone;
    if (first === undefined) return [];
    const names = alone.map(({ id }) => id).join(", ");
    return [
      {
        message: `Steps ${names} wait for one another and use nothing of each other.`,
        mend: "Where their order does not matter, write execution: mixed: data decides then.",
        where: first.where,
      },
    ];
  });
}

function noEscalation({ workflow, tasks }: Subject): readonly Finding[] {
  const hasRule = (workflow.rules ?? []).some(({ condition }) => condition !== "stalled");
  const halts = [...Object.values(workflow.strategies), ...tasks.map(({ strategy }) => strategy)];
  if (tasks.length < FEW_TASKS || hasRule || halts.includes("halt_and_escalate")) return [];
  return [
    {
      message: "When a step fails for good, the run fails and nobody is asked.",
      mend: "Write error_handling: { error_types: { permanent: halt_and_escalate }, escalation_rules: [{ condition: retry_exhausted, action: pause_workflow }] }.",
    },
  ];
}

function untypedData({ steps }: Subject): readonly Finding[] {
  const read = new Set(steps.flatMap((step) => readsIn(step)).map(([id]) => id));
  return steps.flatMap((step): Finding[] => {
    if ((step.kind !== "task" && step.kind !== "workflow") || !read.has(step.id)) return [];
    const untyped = Object.entries(step.outputs.fields).filter(([, type]) => passesAnything(type));
    if (!step.outputs.open && untyped.length === 0) return [];
    const what = step.outputs.open ? "what it gives" : untyped.map(([name]) => name).join(", ");
    return [
      {
        message: `${called(step)} says no type for ${what}, which other steps read.`,
        mend: 'Declare it: outputs: { rows: "Row[]" }. What does not fit then fails where it is made.',
        where: step.where,
      },
    ];
  });
}

const NOTICE_KEYS = [
  "monitoring.progress_webhook",
  "monitoring.slack_channel",
  "monitoring.notifications",
  "monitoring_config.notifications",
];

function noMonitoring({ tasks, isSaid }: Subject): readonly Finding[] {
  if (tasks.length < FEW_TASKS || isSaid(...NOTICE_KEYS)) return [];
  return [
    {
      message: "Nobody is told when a run fails: it is found by whoever looks.",
      mend: "Write monitoring: { notifications: [{ type: email, recipients: […], events: [failed] }] }, or the same under defaults in map.yaml.",
    },
  ];
}

function passesAnything({ schema }: TypeRef): boolean {
  return Object.keys(schema).length === 0;
}
