import type { Amounts } from "../amounts.ts";
import type { Step, Workflow } from "../definition/index.ts";
import { barePath, type Path, stepAt, stepsOf } from "../machine/index.ts";
import type { Experience } from "./experience.ts";
import { median, quantile } from "./quantile.ts";
import { byStep, type Timeline } from "./timeline.ts";

/** One run that was only rehearsed. */
export type Rehearsal = {
  readonly timeline: Timeline;
  readonly usage: Amounts;
  /** By step, as far as anything was used. */
  readonly usageOf: ReadonlyMap<Path, Amounts>;
  /** Why it did not end: what it waits for. null: it ended. */
  readonly stuck: string | null;
};

export type Spread = { readonly expected: number; readonly low: number; readonly high: number };

export type PlannedStep = {
  readonly path: Path;
  readonly name: string;
  readonly kind: Step["kind"];
  readonly agent: string | null;
  /** Since the start of the run. */
  readonly startMs: number;
  readonly endMs: number;
  /** How often: items and rounds. */
  readonly times: number;
  readonly isCritical: boolean;
  readonly usage: Amounts;
  /** Past runs that tell of it; 0: what is said of it is supposed. */
  readonly tries: number;
};

export type FailurePoint = {
  readonly path: Path;
  readonly name: string;
  readonly why: string;
  /** Of its attempts, or of its ends, in the past; null: it follows from the definition. */
  readonly share: number | null;
};

/** What a run is expected to do, before it is started. */
export type Foresight = {
  readonly workflow: string;
  readonly version: string;
  /** Past runs it is drawn from, and rehearsals that were made. */
  readonly runs: number;
  readonly rehearsals: number;
  readonly plan: readonly PlannedStep[];
  /** The steps that decide how long it takes, in their order. */
  readonly critical: readonly Path[];
  readonly timeMs: Spread;
  readonly usage: Readonly<Record<string, Spread>>;
  /** How the rehearsals ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failurePoints: readonly FailurePoint[];
  /** What the figures leave out, as sentences. */
  readonly caveats: readonly string[];
};

const LOW = 0.1;
const HIGH = 0.9;
/** Of a time limit: what usually takes more of it is likely to break it. */
const NEAR_LIMIT = 0.8;

/** @param rehearsals the first is the usual one; the others are drawn from the past */
export function foresee(
  workflow: Workflow,
  experience: Experience,
  rehearsals: readonly Rehearsal[],
): Foresight {
  const [usual] = rehearsals;
  if (usual === undefined) throw new Error("Nothing was rehearsed.");
  const drawn = rehearsals.length > 1 ? rehearsals.slice(1) : rehearsals;
  const plan = planOf(workflow, experience, usual);
  return {
    workflow: workflow.name,
    version: workflow.version,
    runs: experience.runs,
    rehearsals: rehearsals.length,
    plan,
    critical: [...new Set(usual.timeline.critical.map(barePath))],
    timeMs: spreadOf(
      usual.timeline.ms,
      drawn.map(({ timeline }) => timeline.ms),
    ),
    usage: usageOf(usual, drawn),
    outcomes: outcomesOf(drawn),
    failurePoints: failurePointsOf(workflow, experience),
    caveats: caveatsOf(plan, experience, usual),
  };
}

function planOf(
  workflow: Workflow,
  experience: Experience,
  usual: Rehearsal,
): readonly PlannedStep[] {
  const critical = new Set(usual.timeline.critical.map(barePath));
  const planned = [...byStep(usual.timeline.spans)].flatMap(([path, spans]): PlannedStep[] => {
    const step = stepAt(workflow, path);
    if (step === undefined) return [];
    return [
      {
        path,
        name: step.name,
        kind: step.kind,
        agent: spans[0]?.agent ?? null,
        startMs: Math.min(...spans.map(({ startMs }) => startMs)),
        endMs: Math.max(...spans.map(({ endMs }) => endMs)),
        times: spans.length,
        isCritical: critical.has(path),
        usage: usual.usageOf.get(path) ?? {},
        tries: experience.steps.get(path)?.tries.length ?? 0,
      },
    ];
  });
  return planned.toSorted((one, two) => one.startMs - two.startMs || one.endMs - two.endMs);
}

/** Of those that were drawn; where nothing could be, what is usual. */
function spreadOf(usual: number, drawn: readonly number[]): Spread {
  const expected = drawn.length > 1 ? median(drawn) : usual;
  return { expected, low: quantile(drawn, LOW), high: quantile(drawn, HIGH) };
}

function usageOf(usual: Rehearsal, drawn: readonly Rehearsal[]): Foresight["usage"] {
  const units = new Set([usual, ...drawn].flatMap(({ usage }) => Object.keys(usage)));
  return Object.fromEntries(
    [...units].toSorted().map((unit) => [
      unit,
      spreadOf(
        usual.usage[unit] ?? 0,
        drawn.map(({ usage }) => usage[unit] ?? 0),
      ),
    ]),
  );
}

function outcomesOf(drawn: readonly Rehearsal[]): Foresight["outcomes"] {
  const outcomes: Record<string, number> = {};
  for (const { timeline, stuck } of drawn) {
    const name = stuck === null ? (timeline.outcome ?? "unknown") : "waiting";
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return outcomes;
}

function failurePointsOf(workflow: Workflow, experience: Experience): readonly FailurePoint[] {
  const points = [...experience.steps].flatMap(([path, { tries, ends }]): FailurePoint[] => {
    const step = stepAt(workflow, path);
    if (step === undefined || tries.length === 0) return [];
    const { name } = step;
    const failed = tries.filter(({ error }) => error !== null);
    const share = failed.length / tries.length;
    const lost = (ends["failed"] ?? 0) + (ends["degraded"] ?? 0);
    const near = nearLimit(
      workflow,
      step,
      tries.map(({ ms }) => ms),
    );
    if (failed.length === 0) return near === null ? [] : [{ path, name, why: near, share: null }];
    const kinds = [...new Set(failed.map(({ error }) => error))].join(", ");
    const came =
      lost === 0
        ? "each time a later attempt went well"
        : `it was lost ${lost === 1 ? "once" : `${lost} times`}`;
    const why = `${failed.length} of ${tries.length} attempts failed (${kinds}); ${came}.`;
    return [{ path, name, why, share }];
  });
  return [...points, ...untriedPoints(workflow, experience)].toSorted(
    (one, two) => (two.share ?? 0) - (one.share ?? 0),
  );
}

function nearLimit(workflow: Workflow, step: Step, ms: readonly number[]): string | null {
  const limit = "timeoutMs" in step ? step.timeoutMs : null;
  const usual = median(ms);
  if (limit !== null && usual > limit * NEAR_LIMIT)
    return `It usually takes ${Math.round(usual)} ms, and its limit is ${limit} ms.`;
  const total = workflow.limits.totalTimeoutMs;
  if (total === null || usual <= total * NEAR_LIMIT) return null;
  return `It usually takes ${Math.round(usual)} ms, and the whole run has ${total} ms.`;
}

/** What ends the run the first time it fails, and was never tried. */
function untriedPoints(workflow: Workflow, experience: Experience): readonly FailurePoint[] {
  return [...stepsOf(workflow.root)].flatMap((task): FailurePoint[] => {
    if (task.kind !== "task") return [];
    const { path, name, optional, fallback, retry, strategy } = task;
    const isSoft = optional || fallback !== null || strategy === "degradable";
    const isTried = (experience.steps.get(path)?.tries.length ?? 0) > 0;
    const isOnce = retry.attemptsMost === 1 || strategy === "fail_immediately";
    if (isSoft || isTried || !isOnce) return [];
    return [
      {
        path,
        name,
        why: "It has one attempt and no fallback: its first error ends the run.",
        share: null,
      },
    ];
  });
}

function caveatsOf(
  plan: readonly PlannedStep[],
  experience: Experience,
  { stuck }: Rehearsal,
): readonly string[] {
  const guessed = plan.filter(({ tries, kind }) => tries === 0 && kind === "task").length;
  const people = plan.filter(
    ({ kind, path }) => kind === "gate" && !experience.steps.has(path),
  ).length;
  return [
    ...(experience.runs === 0 ? ["There are no past runs of it: times are supposed."] : []),
    ...(guessed > 0 && experience.runs > 0
      ? [`${guessed} steps have not been done before: their time is supposed.`]
      : []),
    ...(people > 0 ? ["How long people take to decide is not known, and is left out."] : []),
    ...(stuck === null ? [] : [`It does not end by itself: ${stuck}.`]),
  ];
}
