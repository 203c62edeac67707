import { type Amounts, sayAmount } from "../amounts.ts";
import { type AgentDefinition, sayDuration, type Workflow } from "../definition/index.ts";
import { type Event, type Path, stepAt } from "../machine/index.ts";
import { type Experience, experienceOf, type StepExperience } from "./experience.ts";
import { independentIn } from "./independent.ts";
import { median } from "./quantile.ts";
import { called, type Subject, subjectOf } from "./subject.ts";
import { type Timeline, timelineOf } from "./timeline.ts";

type ImprovementId =
  | "could-run-at-once"
  | "retries-never-help"
  | "budget-above-use"
  | "could-be-cached"
  | "could-be-skipped"
  | "limit-only-waits";

/** What past runs of a workflow show could be better, with the figures that show it. */
export type Improvement = {
  readonly id: ImprovementId;
  readonly path: Path;
  readonly message: string;
  readonly mend: string;
};

export type Improvements = {
  /** Past runs that were read; below `RUNS_LEAST` they show nothing. */
  readonly runs: number;
  readonly improvements: readonly Improvement[];
};

/** Fewer runs may be chance. */
export const RUNS_LEAST = 3;
const RETRIES_LEAST = 3;
/** A budget so many times the most that was used is far above it. */
const BUDGET_ABOVE = 3;
/** Of what runs take: what takes more of it is expensive. */
const EXPENSIVE_SHARE = 0.2;
/** Of its ends: what is empty so often is mostly done for nothing. */
const EMPTY_SHARE = 0.3;
/** Of a run's time: a limit that is reached for longer makes work wait. */
const FULL_SHARE = 0.5;

type Past = {
  readonly workflow: Workflow;
  readonly subject: Subject;
  readonly experience: Experience;
  readonly timelines: readonly Timeline[];
};

/** @param runs the logs of ended runs, newest first */
export function improvementsOf(
  workflow: Workflow,
  runs: readonly (readonly Event[])[],
  agents: readonly AgentDefinition[] | null,
): Improvements {
  if (runs.length < RUNS_LEAST) return { runs: runs.length, improvements: [] };
  const past: Past = {
    workflow,
    subject: subjectOf(workflow, agents),
    experience: experienceOf(runs),
    timelines: runs.map(timelineOf),
  };
  const rules = [atOnce, retries, budgets, cached, skipped, limits];
  return { runs: runs.length, improvements: rules.flatMap((rule) => rule(past)) };
}

function atOnce({ workflow, subject, experience }: Past): readonly Improvement[] {
  return independentIn([workflow.root, ...subject.steps]).flatMap((steps): Improvement[] => {
    const times = steps.map(({ path }) => usualMs(experience.steps.get(path)));
    const saved = sum(times) - Math.max(...times);
    const [first] = steps;
    if (first === undefined || saved < 1) return [];
    const names = steps.map(({ id }) => id).join(", ");
    return [
      {
        id: "could-run-at-once",
        path: first.path,
        message: `Steps ${names} take ${times.map(say).join(", ")} one after another, and use nothing of each other: at once would save about ${say(saved)} a run.`,
        mend: "Write execution: mixed where their order does not matter.",
      },
    ];
  });
}

function retries({ workflow, experience }: Past): readonly Improvement[] {
  return [...experience.steps].flatMap(([path, { tries }]): Improvement[] => {
    const later = tries.filter(({ number }) => number > 1);
    const step = stepAt(workflow, path);
    if (step === undefined || later.length < RETRIES_LEAST) return [];
    if (later.some(({ error }) => error === null)) return [];
    const kinds = [...new Set(later.map(({ error }) => error))].join(", ");
    const took = sum(later.map(({ ms }) => ms));
    return [
      {
        id: "retries-never-help",
        path,
        message: `${called(step)} was tried again ${later.length} times (${kinds}), ${say(took)} in all, and not once with success.`,
        mend: "Write retry: false, or name in retry_on only what passes by itself; or give it a fallback.",
      },
    ];
  });
}

function budgets({ workflow, subject, experience }: Past): readonly Improvement[] {
  const whole = above(workflow.budget?.total, experience.usage).map(
    ({ unit, most, used }): Improvement => ({
      id: "budget-above-use",
      path: "",
      message: `A run may use ${sayAmount(unit, most)}, and none of ${experience.runs} used more than ${sayAmount(unit, used)}.`,
      mend: `Lower the budget to about ${sayAmount(unit, used * 2)}: what runs away is then stopped sooner.`,
    }),
  );
  const ofSteps = subject.tasks.flatMap((task) => {
    const tries = experience.steps.get(task.path)?.tries ?? [];
    if (tries.length < RUNS_LEAST) return [];
    const usage = tries.map((one) => one.usage);
    return above(task.budget?.most, usage).map(
      ({ unit, most, used }): Improvement => ({
        id: "budget-above-use",
        path: task.path,
        message: `${called(task)} may use ${sayAmount(unit, most)}, and none of ${tries.length} attempts used more than ${sayAmount(unit, used)}.`,
        mend: `Lower its budget to about ${sayAmount(unit, used * 2)}: less is then set aside for it.`,
      }),
    );
  });
  return [...whole, ...ofSteps];
}

type Above = { readonly unit: string; readonly most: number; readonly used: number };

function above(limits: Amounts | undefined, usage: readonly Amounts[]): readonly Above[] {
  return Object.entries(limits ?? {}).flatMap(([unit, most]): Above[] => {
    const used = Math.max(0, ...usage.map((one) => one[unit] ?? 0));
    return used > 0 && most > used * BUDGET_ABOVE ? [{ unit, most, used }] : [];
  });
}

function cached({ subject, experience }: Past): readonly Improvement[] {
  return subject.tasks.flatMap((task): Improvement[] => {
    const known = experience.steps.get(task.path);
    const times = known?.ends["completed"] ?? 0;
    const isPure = subject.agentOf(task)?.effects === "pure";
    if (known === undefined || !isPure || "cache" in task) return [];
    if (times < RUNS_LEAST || known.same < times - 1) return [];
    return [
      {
        id: "could-be-cached",
        path: task.path,
        message: `${called(task)} gave the very same ${times} times, in ${say(usualMs(known))} each.`,
        mend: "Where what it reads seldom changes, write cache: { ttl: 1d }: the same question is then answered from an earlier run.",
      },
    ];
  });
}

function skipped({ subject, experience }: Past): readonly Improvement[] {
  const whole = sum([...experience.steps.values()].map(spentMs));
  return subject.tasks.flatMap((task): Improvement[] => {
    const known = experience.steps.get(task.path);
    const times = known?.ends["completed"] ?? 0;
    if (known === undefined || task.when !== null || times < RUNS_LEAST) return [];
    const share = spentMs(known) / Math.max(1, whole);
    if (share < EXPENSIVE_SHARE || known.empties < times * EMPTY_SHARE) return [];
    return [
      {
        id: "could-be-skipped",
        path: task.path,
        message: `${called(task)} takes ${percent(share)} of the time that steps take, and gave nothing ${known.empties} of ${times} times.`,
        mend: "Write when: with the condition under which it has something to do.",
      },
    ];
  });
}

/** How long as many attempts were in flight as a run may have. */
function limits({ workflow, timelines }: Past): readonly Improvement[] {
  const most = workflow.limits.concurrencyMost;
  const share = median(timelines.map((timeline) => fullShare(timeline, most)));
  if (share < FULL_SHARE || most === 1) return [];
  return [
    {
      id: "limit-only-waits",
      path: "",
      message: `For ${percent(share)} of its time a run has ${most} attempts in flight, as many as it may: what else is ready waits.`,
      mend: "Raise max_concurrency, where the agents and what they ask have room for more.",
    },
  ];
}

function fullShare({ spans, ms }: Timeline, most: number): number {
  const edges = spans
    .filter(({ attempts, endMs, startMs }) => attempts > 0 && endMs > startMs)
    .flatMap(({ startMs, endMs }): [number, number][] => [
      [startMs, 1],
      [endMs, -1],
    ])
    .toSorted(([one, way], [two, other]) => one - two || way - other);
  let busy = 0;
  let since = 0;
  let full = 0;
  for (const [at, way] of edges) {
    if (busy >= most) full += at - since;
    busy += way;
    since = at;
  }
  return ms === 0 ? 0 : full / ms;
}

function usualMs(known: StepExperience | undefined): number {
  return median((known?.tries ?? []).map(({ ms }) => ms));
}

function spentMs({ tries }: StepExperience): number {
  return sum(tries.map(({ ms }) => ms));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function say(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : sayDuration(Math.round(ms / 1_000) * 1_000);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
