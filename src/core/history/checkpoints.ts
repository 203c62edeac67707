import type { CheckpointPolicy, Step, Workflow } from "../definition/index.ts";
import { CHECKPOINTS_DEFAULT } from "../definition/index.ts";
import type { Event, Path, Seq } from "../machine/index.ts";
import { stepsOf } from "../machine/index.ts";

/** A named position of a run's log: the end of a decision. Names follow from the log alone. */
export type Checkpoint = {
  /** "cp_1", "cp_2", … in the order of the log. */
  readonly id: string;
  readonly number: number;
  readonly seq: Seq;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The number of the phase, from 1, and its name. */
  readonly phase: number;
  readonly phaseName: string;
  /** The step after which it stands; "" where it is for the time. */
  readonly step: Path;
};

/** Of one run the newest are kept; an older position can still be named by its number in the log. */
export const CHECKPOINTS_KEPT_MOST = 100;

/** How far a log was read for checkpoints. */
export type Counting = {
  readonly number: number;
  readonly acceptedAt: number;
  /** A step that ended in the decision that is being read. */
  readonly mark: Path | null;
  /** The last step that ended, for the phase of a timed one. */
  readonly latest: Path;
  /** The end of the last decision, and the last that is a checkpoint. */
  readonly end: { readonly seq: Seq; readonly at: number };
  readonly last: Seq;
};

export const NO_CHECKPOINTS: Counting = {
  number: 0,
  acceptedAt: 0,
  mark: null,
  latest: "",
  end: { seq: 0, at: 0 },
  last: 0,
};

export function policyOf(workflow: Workflow): CheckpointPolicy | null {
  return workflow.checkpoints === undefined ? CHECKPOINTS_DEFAULT : workflow.checkpoints;
}

type Counted = { readonly counting: Counting; readonly made: Checkpoint | null };

/**
 * Reads on in a log, event by event. What is timed is known when the first event after its moment is
 * read, or when the clock has passed it: see `passing`.
 */
export function countCheckpoints(
  { counting, workflow }: { readonly counting: Counting; readonly workflow: Workflow },
  event: Event,
): Counted {
  const policy = policyOf(workflow);
  if (policy === null) return { counting, made: null };
  const begun = event.type === "run.accepted" ? { ...counting, acceptedAt: event.at } : counting;
  const before =
    policy.interval === "timed" && begun.mark === null
      ? passing({ counting: begun, workflow }, event.at)
      : { counting: begun, made: null };
  const mark = endsIn(event, workflow, policy) ?? before.counting.mark;
  const latest = mark ?? before.counting.latest;
  if (event.end !== true) return { ...before, counting: { ...before.counting, mark, latest } };
  const end = { seq: event.seq, at: event.at };
  const now = { ...before.counting, mark: null, latest, end };
  if (mark === null || policy.interval === "timed") return { ...before, counting: now };
  const number = now.number + 1;
  const made = checkpointAt(workflow, { number, ...end, step: mark });
  return { counting: { ...now, number, last: event.seq }, made };
}

/** The clock says `at`: where a moment has passed since the last decision, that decision's end is a checkpoint. */
export function passing(
  { counting, workflow }: { readonly counting: Counting; readonly workflow: Workflow },
  at: number,
): Counted {
  const policy = policyOf(workflow);
  const { end, last, acceptedAt, number, latest } = counting;
  if (policy?.interval !== "timed" || end.seq <= last) return { counting, made: null };
  const moment = acceptedAt + (momentOf(end.at, counting, policy) + 1) * policy.everyMs;
  if (at < moment) return { counting, made: null };
  const named = { number: number + 1, seq: end.seq, at: moment, step: "" };
  const made = checkpointAt(workflow, { ...named, phaseOf: latest });
  return { counting: { ...counting, number: number + 1, last: end.seq }, made };
}

/** How many whole times had passed since the run was accepted. */
function momentOf(at: number, { acceptedAt }: Counting, { everyMs }: CheckpointPolicy): number {
  return Math.floor((at - acceptedAt) / everyMs);
}

/** When the clock makes the next one; null: only what happens does. */
export function nextMoment(counting: Counting, workflow: Workflow): number | null {
  const policy = policyOf(workflow);
  if (policy?.interval !== "timed" || counting.end.seq <= counting.last) return null;
  const passed = momentOf(counting.end.at, counting, policy);
  return counting.acceptedAt + (passed + 1) * policy.everyMs;
}

function endsIn(event: Event, workflow: Workflow, { interval }: CheckpointPolicy): Path | null {
  if (event.type !== "step.finished" || event.path.startsWith("!")) return null;
  if (event.outcome !== "completed" && event.outcome !== "degraded") return null;
  const isOutermost = !/[/[{]/.test(event.path);
  if (interval === "per_phase") return isOutermost ? event.path : null;
  return interval === "timed" || !holds(workflow, event.path) ? event.path : null;
}

const holders = new WeakMap<Workflow, ReadonlySet<Path>>();

function holds(workflow: Workflow, path: Path): boolean {
  const known = holders.get(workflow);
  const names =
    known ?? new Set([...stepsOf(workflow.root)].filter(isHolder).map((step) => step.path));
  if (known === undefined) holders.set(workflow, names);
  return names.has(path.replace(/\[\d+\]/g, "[]").replace(/\{\d+\}/g, "{}"));
}

function isHolder({ kind }: Step): boolean {
  return kind === "block" || kind === "each" || kind === "choose" || kind === "repeat";
}

function checkpointAt(
  workflow: Workflow,
  of: Pick<Checkpoint, "number" | "seq" | "at" | "step"> & { readonly phaseOf?: Path },
): Checkpoint {
  const { number, seq, at, step, phaseOf = step } = of;
  const segment = /^[^/[{]*/.exec(phaseOf)?.[0] ?? "";
  const slot = workflow.root.steps.findIndex(({ path }) => path === segment);
  const phase = slot < 0 ? 1 : slot + 1;
  const phaseName = workflow.root.steps[phase - 1]?.name ?? "";
  return { id: `cp_${number}`, number, seq, at, phase, phaseName, step };
}

/** All checkpoints of a log, oldest first; of a run that goes on, until `now`. */
export function checkpointsOf(
  log: Iterable<Event>,
  workflow: Workflow,
  now: number | null = null,
): readonly Checkpoint[] {
  let counting = NO_CHECKPOINTS;
  let hasEnded = false;
  const found: Checkpoint[] = [];
  for (const event of log) {
    const counted = countCheckpoints({ counting, workflow }, event);
    counting = counted.counting;
    hasEnded ||= event.type === "run.finished";
    if (counted.made !== null) found.push(counted.made);
  }
  const last = now === null || hasEnded ? null : passing({ counting, workflow }, now).made;
  if (last !== null) found.push(last);
  return found;
}
