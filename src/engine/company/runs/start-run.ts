import type { Workflow } from "../../../core/definition/index.ts";
import type { Labels } from "../../../core/governance/index.ts";
import {
  type CaseId,
  type Digest,
  parseRunId,
  type RunId,
  type SubjectId,
} from "../../../core/id.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import type { Stored } from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";
import { checkParams } from "../../runtime/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import type { Ready } from "../staff/readiness.ts";
import { badInput, GIVEN_BYTES_MOST, wrongNames, wrongSpeaker } from "./check-told.ts";
import type { Started } from "./company-runs.ts";
import { newRunId } from "./run-id.ts";
import { type ForOneRun, overlayOf } from "./run-overlay.ts";

export type Request = {
  /** By name or file. */
  readonly workflow: string;
  readonly params: JsonObject;
  readonly requestId?: string;
  readonly by?: string;
  readonly origin?: JsonObject;
  /** The id it is to have; without one it is given one. */
  readonly run?: RunId;
  /** Whose data it works with: its log is sealed with their key. */
  readonly subject?: string;
  /** The case that it works on, and what that rests on already. */
  readonly case?: { readonly id: CaseId; readonly labels: Labels; readonly known: JsonObject };
} & ForOneRun;

/**
 * Starts a run, after everything that can be wrong before its first step was looked at: the
 * definition, the params, each agent that it or a sub-run may ask.
 */
export async function startRun(office: Office, request: Request): Promise<Started> {
  if (office.isLooking) return { run: null, problems: [LOOKING] };
  const given = givenOf(request);
  if ("code" in given) return { run: null, problems: [given] };
  const { clock, log } = office;
  const { requestId, run = newRunId(clock.now(), requestId) } = request;
  const before = isNew(request) ? null : known(log, run);
  const found = await readyFor(office, request);
  if (before !== null && (found.workflow === null || found.workflow.name === before.workflow))
    return { run, warnings: [], again: true };
  if (found.workflow === null) return { run: null, problems: found.problems };
  const { workflow, warnings } = found;
  if (before !== null) return { run: null, problems: [otherRequest(run, before.workflow)] };
  const checked = checkParams(workflow, given.params, given.origin);
  if ("problems" in checked) return { run: null, problems: checked.problems };
  return await begin(office, request, { run, workflow, warnings, bound: found.bound, ...checked });
}

type Looked = {
  readonly run: RunId;
  readonly workflow: Workflow;
  readonly warnings: readonly Problem[];
  readonly bound: JsonObject;
  readonly params: JsonObject;
  readonly origin: JsonObject;
};

/** All that can be looked at was: it is told to begin, by the map that is in force. */
async function begin(office: Office, request: Request, looked: Looked): Promise<Started> {
  const { clock, runtime } = office;
  const { run, workflow, warnings, bound, params, origin } = looked;
  try {
    const by = request.by ?? "library";
    const governed = await mapOf(office, by);
    if ("problems" in governed) return { run: null, problems: governed.problems };
    const at = clock.now();
    const start = {
      type: "start",
      definition: workflow.digest,
      parent: null,
      ...originOf(workflow, bound),
      ...subjectOf(office, request),
      ...caseOf(request),
      ...governed,
    } as const;
    const outcome = await runtime.send(run, { ...start, params, origin, at, by });
    if ("code" in outcome) return { run: null, problems: [outcome] };
    return { run, warnings, again: outcome.length === 0 };
  } catch (error) {
    return { run: null, problems: [problemIn(error)] };
  }
}

/** In the log, or in an archive. */
function known(log: Office["log"], run: RunId): { readonly workflow: string } | null {
  return log.standing(run) ?? log.archived(run);
}

/** Nobody can have asked for it before. */
function isNew({ requestId, run }: Request): boolean {
  return requestId === undefined && run === undefined;
}

/** With what the run adds to its definition; most add nothing. */
async function readyFor(
  { ready }: Office,
  { workflow, config, bind }: Request,
): Promise<Ready & { readonly bound: JsonObject }> {
  if (config === undefined && bind === undefined) return { ...(await ready(workflow)), bound: {} };
  const made = await overlayOf({
    ...(config === undefined ? {} : { config }),
    ...(bind === undefined ? {} : { bind }),
  });
  if ("problems" in made) return { workflow: null, problems: made.problems, bound: {} };
  return { ...(await ready(workflow, made.overlay)), bound: { ...made.bound } };
}

/** Whose the settings are that do not stand in the workflow itself, and where bound inputs came from. */
function originOf(
  { settings = [] }: Workflow,
  bound: JsonObject,
): { readonly settings?: JsonObject; readonly bound?: JsonObject } {
  const laid = settings.filter(({ origin }) => origin !== "workflow");
  return {
    ...(laid.length === 0
      ? {}
      : { settings: Object.fromEntries(laid.map(({ key, origin }) => [key, origin])) }),
    ...(Object.keys(bound).length === 0 ? {} : { bound }),
  };
}

/** A name is known by its key from now on, an id is that of a subject that is there. */
function subjectOf({ log, clock }: Office, { subject }: Request): { readonly subject?: SubjectId } {
  if (subject === undefined) return {};
  return { subject: log.keys.subject(subject, clock.now()) };
}

/** The version of the map that holds for it to its end: the one in force. By a map that is wrong nothing begins. */
export async function mapOf(
  { maps }: Office,
  by: string,
): Promise<{ readonly map?: Digest } | { readonly problems: readonly Problem[] }> {
  const version = await maps.inForce(by);
  if (version !== null) return { map: version.digest };
  if (!maps.isThere()) return {};
  return { problems: await maps.faults() };
}

/** What the case rests on, the run rests on; what is known of it its steps read as $case. */
function caseOf({ case: of }: Request): {
  readonly case?: CaseId;
  readonly labels?: Labels;
  readonly known?: Stored;
} {
  return of === undefined ? {} : { case: of.id, labels: of.labels, known: { value: of.known } };
}

function otherRequest(run: RunId, workflow: string): Problem {
  return {
    code: "conflict",
    message: `This request was made before, of the workflow "${workflow}": it is the run ${run}.`,
    mend: "Give each request an id of its own.",
  };
}

/** A copy of what was given, as the log can hold it; or what of it the log cannot. */
function givenOf({
  workflow,
  params,
  requestId,
  by,
  origin,
  run,
  subject,
}: Request): { readonly params: JsonObject; readonly origin: JsonObject } | Problem {
  const wrong =
    wrongNames({ workflow: workflow ?? "", requestId, by, subject }) ?? wrongSpeaker(by);
  if (wrong !== null) return wrong;
  if (run !== undefined && (typeof run !== "string" || parseRunId(run) === null))
    return badInput('"run" is to be a run\'s id: wf_ and 4 to 60 small letters and digits.');
  const copies = [
    copyJson(params, "params", GIVEN_BYTES_MOST),
    copyJson(origin ?? {}, "origin", GIVEN_BYTES_MOST),
  ];
  const objects: JsonObject[] = [];
  for (const copy of copies) {
    if (!copy.ok) return badInput(copy.why);
    if (!isObject(copy.value)) return badInput("Params are an object: each by its name.");
    objects.push(copy.value);
  }
  const [plain = {}, from = {}] = objects;
  return { params: plain, origin: from };
}
