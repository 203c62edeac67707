import {
  type Case,
  type CaseSignal,
  type CaseWorld,
  type Place,
  placeOf,
  type Request,
  requestName,
} from "../../core/cases/index.ts";
import type { CaseId, Digest, SubjectId } from "../../core/id.ts";
import { ownOf } from "../../core/own.ts";
import type { Problem } from "../../core/problem.ts";
import type { CaseHeard, CaseLog } from "./case-log.ts";

/** A request on its way to its case. */
export type Arriving = {
  readonly request: Request;
  readonly at: number;
  readonly by: string;
  /** The case it opens where it continues none, and whose data that is about. */
  readonly fresh: CaseId;
  readonly subject: SubjectId | null;
  readonly world: CaseWorld;
  readonly contents: readonly (readonly [Digest, string])[];
};

export type TakenIn = { readonly case: Case; readonly again: boolean };

/** Another case takes the same name between the look and the write at most so often. */
const PLACED_MOST = 20;

/**
 * Brings a request to the case that is found by what it is about, or opens one. Two that come at the
 * same moment, also from two processes, end in one case: the second is refused its name, and looks again.
 */
export async function takeIn(cases: CaseLog, arriving: Arriving): Promise<TakenIn | Problem> {
  const { request, at, fresh } = arriving;
  for (let time = 0; time < PLACED_MOST; time += 1) {
    const known = cases.find(requestName(request.id), at);
    if (known !== null) return { case: movedOn(cases, known, request.id), again: true };
    const place = placing(cases, arriving, null);
    const id = place.kind === "there" ? place.case : fresh;
    const unclear = place.kind === "unclear" ? place.why : null;
    const heard = await handed(cases, { ...arriving, id, unclear });
    if ("code" in heard) {
      // What it would have continued is full: a person says where it goes.
      if (place.kind !== "there") return heard;
      return await setAside(cases, arriving, heard.message);
    }
    if (heard.named === undefined) return { case: heard.case, again: false };
  }
  return await setAside(cases, arriving, "Others took its case again and again.");
}

/** Moves that are followed, one after another. */
const MOVES_MOST = 20;

function movedOn(cases: CaseLog, first: Case, request: string): Case {
  let now = first;
  for (let time = 0; time < MOVES_MOST; time += 1) {
    const to = now.requests.find(({ id }) => id === request)?.movedTo ?? null;
    const next = to === null ? null : cases.get(to);
    if (next === null) break;
    now = next;
  }
  return now;
}

async function setAside(
  cases: CaseLog,
  arriving: Arriving,
  unclear: string,
): Promise<TakenIn | Problem> {
  const heard = await handed(cases, { ...arriving, id: arriving.fresh, unclear });
  if ("code" in heard) return heard;
  if (heard.named === true) return taken(arriving.request.id);
  return { case: heard.case, again: false };
}

function taken(request: string): Problem {
  return {
    code: "conflict",
    message: `The request ${request} was taken in by another process at the same moment.`,
    mend: "Make it again, under the same id: it is there once.",
  };
}

type Handed = Arriving & { readonly id: CaseId; readonly unclear: string | null };

function handed(
  cases: CaseLog,
  { id, request, unclear, subject, at, by, world, contents }: Handed,
): Promise<CaseHeard | Problem> {
  const signal: CaseSignal = { type: "request", request, unclear, subject, at, by };
  return cases.tell({ id, signal: () => signal, world, contents });
}

/** Where a request goes as things are now. @param self the case that it waits in; null: it has just come */
export function placing(
  cases: CaseLog,
  { request, at, world }: Pick<Arriving, "request" | "at" | "world">,
  self: Case | null,
): Place {
  const { type } = request;
  const known = type === null ? undefined : ownOf(world.map.requests, type);
  return placeOf(request, known ?? null, { find: (name) => cases.find(name, at), self });
}
