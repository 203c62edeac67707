import {
  type Experience,
  experienceOf,
  type Foresight,
  foresee,
  type Improvements,
  improvementsOf,
} from "../../../core/foresight/index.ts";
import type { JsonObject } from "../../../core/json.ts";
import { type Event, eventOf } from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { rehearse } from "../../rehearsal/index.ts";
import { checkParams, type Runtime } from "../../runtime/index.ts";
import type { Company } from "../company.ts";
import { adviceOf } from "../files/advice.ts";
import type { Office } from "../office.ts";
import { type ForOneRun, overlayOf } from "./run-overlay.ts";

/** Past runs of a workflow that are learned from, newest first. */
const RUNS_READ_MOST = 50;
const REHEARSALS_DEFAULT = 30;
const REHEARSALS_MOST = 1_000;
/** In all rehearsals together: a run of a hundred thousand steps is rehearsed once. */
const STEPS_REHEARSED_MOST = 20_000;

export type Foreseen =
  | { readonly foresight: Foresight; readonly warnings: readonly Problem[] }
  | { readonly foresight: null; readonly problems: readonly Problem[] };

export type ForeseeOptions = {
  /** Of how many drawn rehearsals the spread is; where there are no past runs there is nothing to draw. */
  readonly rehearsals?: number;
  /** The same number draws the same. */
  readonly seed?: number;
} & ForOneRun;

export function foresightOf(office: Office): Pick<Company, "advice" | "foresee" | "improvements"> {
  return {
    advice: (file) => adviceOf(office, file),
    improvements: (name) => improvementsIn(office, name),
    foresee: (workflow, params = {}, options = {}) =>
      foreseeRun(office, { workflow, params, ...options }),
  };
}

/** What a run of a workflow would do, looked at as `run` looks, and then rehearsed. Nothing is performed. */
async function foreseeRun(
  office: Office,
  request: { readonly workflow: string; readonly params: JsonObject } & ForeseeOptions,
): Promise<Foreseen> {
  const { config, bind, params: given } = request;
  const made = await overlayOf({ ...(config && { config }), ...(bind && { bind }) });
  if ("problems" in made) return { foresight: null, problems: made.problems };
  const isPlain = config === undefined && bind === undefined;
  const found = await office.ready(request.workflow, isPlain ? undefined : made.overlay);
  if (found.workflow === null) return { foresight: null, problems: found.problems };
  const { workflow, warnings } = found;
  const checked = checkParams(workflow, given);
  if ("problems" in checked) return { foresight: null, problems: checked.problems };
  const known = new Map<string, Experience>();
  const past = (name: string): Experience => {
    const experience = known.get(name) ?? experienceOf(endedRuns(office, name));
    known.set(name, experience);
    return experience;
  };
  const experience = past(workflow.name);
  const wanted = Math.min(request.rehearsals ?? REHEARSALS_DEFAULT, REHEARSALS_MOST);
  const { params } = checked;
  const staff = await office.staff();
  const play = { workflow, params, staff, past, definitions: office.library };
  const read: Runtime["read"] = (digest) => office.runtime.read(digest);
  const scene = { ...play, read, now: office.clock.now() };
  const usual = await rehearse({ ...scene, chance: null });
  const rehearsals = [usual];
  const draw = chanceOf(request.seed ?? 1);
  const most = Math.ceil(STEPS_REHEARSED_MOST / Math.max(1, usual.timeline.spans.length));
  for (let drawn = 0; experience.runs > 0 && drawn < Math.min(wanted, most); drawn += 1)
    rehearsals.push(await rehearse({ ...scene, chance: draw }));
  return { foresight: foresee(workflow, experience, rehearsals), warnings };
}

/** What past runs of a workflow, by name or file, show could be better; null where there is no such workflow. */
async function improvementsIn(office: Office, nameOrFile: string): Promise<Improvements | null> {
  const found = await office.library.find(nameOrFile);
  if (found === null || found.workflow === null) return null;
  const { definitions } = (await office.staff()).files;
  return improvementsOf(found.workflow, endedRuns(office, found.workflow.name), definitions);
}

function endedRuns({ log }: Office, workflow: string): readonly (readonly Event[])[] {
  return log
    .standings({ workflow, most: RUNS_READ_MOST })
    .filter(({ endedAt }) => endedAt !== null)
    .map(({ stream }) => [...log.read(stream)].map(eventOf));
}

/** Numbers from 0 to 1 that look like chance: mulberry32. */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
