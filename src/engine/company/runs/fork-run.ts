import type { Envelope } from "../../../core/audit/index.ts";
import { type Checkpoint, checkpointsOf } from "../../../core/history/index.ts";
import type { Digest, RunId, SubjectId } from "../../../core/id.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import {
  absent,
  type Event,
  eventOf,
  type Fork,
  type ForkPlan,
  isLabelled,
  type Past,
  pastOf,
  planFork,
} from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";
import { checkParams } from "../../runtime/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, GIVEN_BYTES_MOST, wrongNames, wrongSpeaker } from "./check-told.ts";
import { damageAt } from "./checkpoints.ts";
import type { Forked } from "./company-runs.ts";
import { newRunId } from "./run-id.ts";
import { mapOf } from "./start-run.ts";

export type ForkRequest = {
  readonly source: RunId;
  /** "cp_5", or the number of an event that ends a decision; without it, the end of the log. */
  readonly from?: string;
  /** Those that are to be others; the rest stay. */
  readonly params?: JsonObject;
  readonly retryFailed?: boolean;
  readonly by?: string;
  /** The id it is to have. */
  readonly run?: RunId;
};

/** A new run that begins with what another had at a checkpoint, or at any position of its log. */
export async function forkRun(office: Office, request: ForkRequest): Promise<Forked> {
  if (office.isLooking) return refused(LOOKING);
  const wrong = wrongNames({ by: request.by, from: request.from }) ?? wrongSpeaker(request.by);
  if (wrong !== null) return refused(wrong);
  try {
    const planned = await plan(office, request);
    if ("problems" in planned) return { run: null, problems: planned.problems };
    return await begin(office, request, planned);
  } catch (error) {
    return refused(problemIn(error));
  }
}

function refused(problem: Problem): Forked {
  return { run: null, problems: [problem] };
}

type Planned = {
  readonly subject: SubjectId | undefined;
  readonly past: Past;
  readonly plan: ForkPlan;
  readonly params: JsonObject;
  readonly origin: JsonObject;
  readonly at: Position;
};

async function plan(
  office: Office,
  request: ForkRequest,
): Promise<Planned | { readonly problems: readonly Problem[] }> {
  const { log, runtime, library } = office;
  const envelopes = [...log.read(request.source)];
  const events = envelopes.map(eventOf);
  const [first] = events;
  const workflow = first?.type === "run.accepted" ? library.byDigest(first.definition) : null;
  if (first?.type !== "run.accepted" || workflow === null)
    return { problems: [noSuchRun(request.source)] };
  const read = (digest: Digest) => runtime.read(digest);
  const at = await positionOf(office, { envelopes, events, request });
  if ("code" in at) return { problems: [at] };
  const past = pastOf(events, {
    from: absent(request.source, workflow, library.byDigest),
    at: at.seq,
    read,
  });
  if ("before" in past) return { problems: [noEnd(request, at.seq, past)] };
  const given = paramsIn(request);
  if ("problems" in given) return given;
  const checked = checkParams(
    past.run.workflow,
    { ...past.run.params, ...given.params },
    { ...first.origin, ...givenIn(given.params) },
  );
  if ("problems" in checked) return { problems: checked.problems };
  const { params, origin } = checked;
  const made = planFork(past, { params, retryFailed: request.retryFailed ?? false, read });
  return "code" in made
    ? { problems: [made] }
    : { past, plan: made, params, origin, at, subject: first.subject };
}

function paramsIn({
  params = {},
}: ForkRequest): { readonly params: JsonObject } | { readonly problems: readonly Problem[] } {
  const copy = copyJson(params, "params", GIVEN_BYTES_MOST);
  if (!copy.ok) return { problems: [badInput(copy.why)] };
  if (isObject(copy.value)) return { params: copy.value };
  return { problems: [badInput("Params are an object: each by its name.")] };
}

function givenIn(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(params).map((name) => [name, "given"]));
}

async function begin(office: Office, request: ForkRequest, planned: Planned): Promise<Forked> {
  const { past, plan, params, origin, at, subject } = planned;
  const { clock, runtime } = office;
  const run = request.run ?? newRunId(clock.now(), undefined);
  const { seq, hash, checkpoint } = at;
  const named = checkpoint === null ? {} : { checkpoint };
  const fork: Fork = {
    source: { run: request.source, seq, hash, ...named },
    inheritance: plan.inheritance,
    ...(plan.changed.length === 0 ? {} : { changed: plan.changed }),
  };
  const by = request.by ?? "library";
  const governed = await mapOf(office, by);
  if ("problems" in governed) return { run: null, problems: governed.problems };
  const outcome = await runtime.send(run, {
    type: "start",
    definition: past.run.workflow.digest,
    params,
    origin,
    parent: null,
    ...(subject === undefined ? {} : { subject }),
    ...governed,
    ...handedOn(past.run),
    from: fork,
    at: clock.now(),
    by,
  });
  if ("code" in outcome) return refused(outcome);
  const { changed, stale, stays, doubts } = plan;
  return { run, source: request.source, seq, checkpoint, changed, stale, stays, doubts };
}

/** It works on the same case, and rests on what its source rested on; the map is that of today. */
function handedOn({ case: of, known, labels }: Past["run"]) {
  return {
    ...(of === null ? {} : { case: of }),
    ...(known === null ? {} : { known: known.known }),
    ...(isLabelled(labels) ? { labels } : {}),
  };
}

type Position = { readonly seq: number; readonly hash: Digest; readonly checkpoint: string | null };

type Looking = {
  readonly envelopes: readonly Envelope[];
  readonly events: readonly Event[];
  readonly request: ForkRequest;
};

/** What `from` names. A checkpoint that was kept and says otherwise than the log is refused. */
async function positionOf(
  office: Office,
  { envelopes, events, request }: Looking,
): Promise<Position | Problem> {
  const { from, source } = request;
  const hashAt = (seq: number): Digest | undefined => envelopes[seq - 1]?.hash;
  const last = events.findLast((event) => event.end === true)?.seq ?? 0;
  if (from === undefined) return { seq: last, hash: hashAt(last) as Digest, checkpoint: null };
  if (/^\d{1,12}$/.test(from)) {
    const hash = hashAt(Number(from));
    return hash === undefined
      ? noPosition(source, from, `Its log has the events 1 to ${last}.`)
      : { seq: Number(from), hash, checkpoint: null };
  }
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? office.library.byDigest(first.definition) : null;
  const all = workflow === null ? [] : checkpointsOf(events, workflow, office.clock.now());
  const found = all.find(({ id }) => id === from);
  if (found === undefined) return noPosition(source, from, namesOf(all));
  const damage = await damageAt(office, source, found);
  if (damage !== null) return damage;
  return { seq: found.seq, hash: hashAt(found.seq) as Digest, checkpoint: found.id };
}

function namesOf(all: readonly Checkpoint[]): string {
  if (all.length === 0) return "It has no checkpoints; name the number of an event instead.";
  const [first, last] = [all[0]?.id, all.at(-1)?.id];
  return all.length === 1 ? `It has ${first}.` : `It has ${first} to ${last}.`;
}

function noPosition(run: RunId, from: string, mend: string): Problem {
  return { code: "not-found", message: `${run} has no checkpoint or event "${from}".`, mend };
}

function noEnd(
  { source }: ForkRequest,
  seq: number,
  near: { readonly before: number; readonly behind: number | null },
): Problem {
  const ends = [near.before, near.behind].filter((one) => one !== null && one > 0).join(" or ");
  return {
    code: "conflict",
    message: `Event ${seq} of ${source} is in the middle of a decision; a run is forked where one ends.`,
    mend: `Name ${ends}, or a checkpoint.`,
  };
}

function noSuchRun(run: unknown): Problem {
  return {
    code: "not-found",
    message: `There is no run ${String(run).slice(0, 80)} here.`,
    mend: 'See "muster runs list".',
  };
}
