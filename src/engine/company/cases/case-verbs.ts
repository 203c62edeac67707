import { randomUUID } from "node:crypto";
import {
  type Case,
  type CaseSignal,
  type CaseWorld,
  type Need,
  needsOf,
  type Request,
} from "../../../core/cases/index.ts";
import { type CaseId, parseCaseId, type SubjectId } from "../../../core/id.ts";
import type { WorkMap } from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { unreachable } from "../../../core/unreachable.ts";
import { placing, takeIn } from "../../cases/index.ts";
import { digestOf } from "../../runtime/index.ts";
import type { Company } from "../company.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, shown, wrongNames, wrongSpeaker } from "../runs/check-told.ts";
import { newRunId } from "../runs/run-id.ts";
import { type CaseTelling, checkCaseTold } from "./check-case-told.ts";
import { checkRequest, type RequestGiven, trustOf } from "./check-request.ts";

/** `again`: it was made before, under the same id. */
export type Requested =
  | {
      readonly case: CaseId;
      readonly request: string;
      readonly again: boolean;
      readonly problems?: never;
    }
  | { readonly case: null; readonly problems: readonly Problem[] };

export type CaseListed = {
  readonly case: CaseId;
  readonly type: string | null;
  readonly status: Case["status"];
  readonly owner: string;
  readonly requester: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly updatedAt: number;
  /** What it waits for, who is first to do something first. */
  readonly needs: readonly Need[];
};

/** A kind of request, as the map has it. */
export type RequestTypeListed = {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly owner: string;
};

export type CasesWanted = {
  readonly status?: readonly Case["status"][];
  readonly type?: string;
  readonly owner?: string;
  readonly most?: number;
  readonly offset?: number;
};

/** Cases in a list that names no number. */
const LISTED_MOST = 1_000;
/** Looked at at once, while those of one owner are looked for. */
const LOOKED_AT_ONCE = 200;

type CaseVerb = "request" | "requestTypes" | "cases" | "case" | "tellCase";

/** What the company says of its cases, and is told of them. */
export function casesOf(office: Office): Pick<Company, CaseVerb> {
  return {
    requestTypes: async () => {
      const map = await mapSeen(office);
      return Object.values(map.requests).map(({ name, description, examples, owner }) => {
        return { name, description, examples, owner };
      });
    },
    request: (given) => takeRequest(office, given),
    cases: (wanted) => casesIn(office, wanted),
    case: (id) => office.cases.log.get(id),
    tellCase: (id, told, options = {}) => tellCase(office, id, { told, ...options }),
  };
}

function casesIn({ cases }: Office, wanted: CasesWanted = {}): readonly CaseListed[] {
  const { owner, most = LISTED_MOST, offset = 0, ...filter } = wanted;
  const found: CaseListed[] = [];
  let passed = 0;
  for (let from = 0; found.length < most; from += LOOKED_AT_ONCE) {
    const some = cases.log.standings({ ...filter, most: LOOKED_AT_ONCE, offset: from });
    for (const { stream, updatedAt } of some) {
      const now = cases.log.get(stream as CaseId);
      if (now === null || (owner !== undefined && now.owner !== owner)) continue;
      passed += 1;
      if (passed > offset && found.length < most) found.push({ ...listed(now), updatedAt });
    }
    if (some.length < LOOKED_AT_ONCE) break;
  }
  return found;
}

function listed(now: Case): Omit<CaseListed, "updatedAt"> {
  const { id, type, status, owner, openedAt, closedAt, requests } = now;
  const requester = requests[0]?.requester ?? "";
  return { case: id, type, status, owner, requester, openedAt, closedAt, needs: needsOf(now) };
}

/** Brings a piece of incoming work to its case; resolves when it is on disk. */
async function takeRequest(office: Office, given: RequestGiven): Promise<Requested> {
  if (office.isLooking) return { case: null, problems: [LOOKING] };
  const checked = checkRequest(given);
  if ("problems" in checked) return { case: null, problems: checked.problems };
  try {
    const world = await worldOf(office);
    const at = office.clock.now();
    const keyOf = (requester: string | null): ReturnType<KeyOf> => keyIn(office, requester, at);
    const { request, contents, subject } = checked.from(world.map, keyOf);
    const wrong = wrongType(request.type, world);
    if (wrong !== null) return { case: null, problems: [...(await wrongIn(office, world)), wrong] };
    const by = given.by ?? subject ?? request.requester;
    const fresh = newCaseId(at);
    const arriving = { request, at, by, fresh, subject, world, contents };
    const taken = await takeIn({ ...office.cases.log, tell: office.cases.tell }, arriving);
    if ("code" in taken) return { case: null, problems: [taken] };
    return { case: taken.case.id, request: request.id, again: taken.again };
  } catch (error) {
    return { case: null, problems: [problemIn(error)] };
  }
}

type KeyOf = Parameters<Extract<ReturnType<typeof checkRequest>, { from: unknown }>["from"]>[1];

/** Nobody who guesses what a customer attached can tell it by its name. */
function keyIn({ log }: Office, requester: string | null, at: number): ReturnType<KeyOf> {
  if (requester === null) return { subject: null, digest: digestOf };
  const subject = log.keys.subject(requester, at);
  return { subject, digest: (text) => log.keys.digest(subject, text) };
}

function newCaseId(now: number): CaseId {
  const id = parseCaseId(newRunId(now, undefined).replace("wf_", "cs_"));
  if (id === null) throw new Error("A run's id makes no case's id.");
  return id;
}

function wrongType(type: string | null, { map }: CaseWorld): Problem | null {
  if (type === null || Object.hasOwn(map.requests, type)) return null;
  const names = Object.keys(map.requests).join(", ");
  const mend = names === "" ? NO_TYPES : `Types here: ${names}.`;
  return { code: "unknown-type", message: `There is no type of request ${shown(type)}.`, mend };
}

const NO_TYPES = "The map in force has none. Without a type a person says later what it is.";

/** Why no map is in force, where the files have one: told before all that follows from it. */
async function wrongIn({ maps }: Office, { map }: CaseWorld): Promise<readonly Problem[]> {
  if (map !== NO_MAP) return [];
  return await maps.faults();
}

/** The map that holds for cases: the version in force. Of a company without one, a map in which nothing is said. */
export async function worldOf({
  maps,
}: Pick<Office, "maps">): Promise<CaseWorld & { readonly map: CaseMap }> {
  const version = await maps.inForce("muster");
  const map = version === null ? null : maps.byDigest(version.digest);
  return { map: map ?? NO_MAP };
}

/** The same, where nothing may be published: what is in force, or the files as they are now. */
async function mapSeen({ maps }: Office): Promise<CaseMap> {
  const last = maps.versions().at(-1);
  const map = last === undefined ? (await maps.now()).map : maps.byDigest(last.digest);
  return map ?? NO_MAP;
}

type CaseMap = Pick<WorkMap, "requests" | "exceptions" | "intake">;
const NO_MAP: CaseMap = { requests: {}, exceptions: { owner: "" }, intake: {} };

/** What a person tells a case; resolves when it is on disk. */
async function tellCase(
  office: Office,
  id: CaseId,
  { told, by = "library", id: cause }: TellingCase,
): Promise<readonly Problem[]> {
  if (office.isLooking) return [LOOKING];
  const wrong = wrongNames({ by, id: cause }) ?? wrongSpeaker(by) ?? noCaseId(id);
  if (wrong !== null) return [wrong];
  const checked = checkCaseTold(told);
  if ("code" in checked) return [checked];
  try {
    const world = await worldOf(office);
    const unknown = await unknownOwner(office, checked.told);
    if (unknown !== null) return [unknown];
    const at = office.clock.now();
    const signal = (now: Case): CaseSignal | Problem =>
      signalOf(office, now, { told: checked.told, at, by, world });
    for (let time = 0; time < NAMED_MOST; time += 1) {
      const heard = await office.cases.tell({ id, signal, world, cause: cause ?? null });
      if ("code" in heard) return [heard];
      if (heard.named === undefined) return [];
    }
    return [takenName(id)];
  } catch (error) {
    return [problemIn(error)];
  }
}

type TellingCase = {
  readonly told: CaseTelling;
  readonly by?: string;
  /** The same once, in this case. */
  readonly id?: string;
};

/** Another case takes the name between the look and the write at most so often. */
const NAMED_MOST = 5;

function noCaseId(id: unknown): Problem | null {
  if (typeof id === "string" && parseCaseId(id) !== null) return null;
  return badInput(
    `${shown(id)} is no case: a case's id begins with cs_.`,
    "See: muster cases list",
  );
}

function takenName(id: CaseId): Problem {
  return {
    code: "conflict",
    message: `Another case is open for what ${id} is about.`,
    mend: "Go on there: muster cases list",
  };
}

type Saying = {
  readonly told: CaseTelling;
  readonly at: number;
  readonly by: string;
  readonly world: CaseWorld & { readonly map: CaseMap };
};

function signalOf(office: Office, now: Case, saying: Saying): CaseSignal | Problem {
  const { told, at, by, world } = saying;
  switch (told.type) {
    case "type":
    case "complete":
    case "move":
    case "again":
      return ofRequest(office, now, { ...saying, told });
    case "message": {
      const { channel, id = randomUUID() } = told;
      return { at, by, ...told, id, trust: trustOf(world.map.intake, channel), attachments: [] };
    }
    case "fact":
    case "close":
    case "reopen":
    case "hand":
    case "note":
    case "resolve":
      return { at, by, ...told };
    default:
      return unreachable(told);
  }
}

type OfRequest = Extract<CaseTelling, { readonly type: "type" | "complete" | "move" | "again" }>;

function ofRequest(
  office: Office,
  now: Case,
  { told, at, by, world }: Saying & { readonly told: OfRequest },
): CaseSignal | Problem {
  const request = told.type === "again" ? bound(now, told.request) : meant(now, told.request);
  if ("code" in request) return request;
  const head = { at, by, request: request.id };
  if (told.type === "again") return { ...told, ...head };
  if (told.type === "move")
    return office.cases.log.get(told.to) === null ? noSuchCase(told.to) : { ...told, ...head };
  const more: Partial<Request> =
    told.type === "type" ? { type: told.as } : { about: { ...request.about, ...told.about } };
  const place = placing(office.cases.log, { request: { ...request, ...more }, at, world }, now);
  return { ...told, ...head, place };
}

/** The one that is named, or the only one that waits. */
function meant({ id, requests }: Case, named: string | undefined): Request | Problem {
  const waiting = requests.filter(({ state }) => state === "waits");
  const [only, second] = waiting;
  const found =
    requests.find((one) => one.id === named) ?? (second === undefined ? only : undefined);
  if (found !== undefined && (named === undefined || found.id === named)) return found;
  const names = waiting.map((one) => one.id).join(", ");
  return {
    code: "not-found",
    message:
      named === undefined ? `Which request of ${id} is meant?` : `${id} has no request ${named}.`,
    mend: names === "" ? "None of it waits to be sorted." : `These wait: ${names}.`,
  };
}

function bound({ id, requests }: Case, named: string | undefined): Request | Problem {
  const of = requests.filter(({ state }) => state === "bound");
  const found = named === undefined ? of.at(-1) : of.find((one) => one.id === named);
  if (found !== undefined) return found;
  const mend = "Say its type and its ids first.";
  return { code: "not-found", message: `${id} has no request for which a run can begin.`, mend };
}

function noSuchCase(id: CaseId): Problem {
  return {
    code: "not-found",
    message: `There is no case ${id} here.`,
    mend: "See: muster cases list",
  };
}

/** Where the company says who works in it, a case is handed to one of them. */
async function unknownOwner(office: Office, told: CaseTelling): Promise<Problem | null> {
  if (told.type !== "hand") return null;
  const staff = await office.staff();
  if (staff.people === undefined || staff.people(told.to).length > 0) return null;
  return {
    code: "unknown-person",
    message: `Nobody in people.yaml is called ${shown(told.to)}.`,
    mend: "Name a person, a team or a role that stands there.",
  };
}

/** Whose data the runs of a case work with. */
export function subjectOfCase({ subject }: Case): { readonly subject?: SubjectId } {
  return subject === null ? {} : { subject };
}
