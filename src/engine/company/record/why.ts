import type { Envelope } from "../../../core/audit/index.ts";
import { parseDigest, parseRunId, type StreamId } from "../../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import { type Why, whyOf } from "../../../core/why/index.ts";
import { type Office, problemIn } from "../office.ts";
import { archivedPasts, type Past, pastOf } from "./past.ts";

/** Of one page; M7. */
const STREAMS_MOST = 50;
const EVENTS_MOST = 50_000;
/** Events that are gone through to find who read or wrote a record. */
const SEARCHED_MOST = 1_000_000;
const AT_ONCE = 1_000;

export type WhyAsked =
  /** A case or a run, by its id. */
  | { readonly stream: string }
  /** A record of the company's systems: `orders` and `1042`. */
  | { readonly entity: string; readonly id: string };

export type WhyTold =
  | { readonly why: Why; readonly problems?: never }
  | { readonly why?: never; readonly problems: readonly Problem[] };

/** Everything that the record says of a case, a run or a record, by the seven things that are asked of it. */
export async function why(office: Office, asked: WhyAsked): Promise<WhyTold> {
  try {
    const pasts =
      "stream" in asked
        ? await around(office, [asked.stream])
        : await touching(office, asked.entity, asked.id);
    const name = "stream" in asked ? asked.stream : `${asked.entity} ${asked.id}`;
    const events = pasts.flatMap((past) => [...past.events]).slice(0, EVENTS_MOST);
    if (events.length === 0) return { problems: [nothing(name)] };
    const inOrder = events.toSorted((one, two) => one.position - two.position);
    return { why: whyOf(name, inOrder, (stored) => valueOf(pasts, stored)) };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

/** Cases with their runs, and runs with their case and those below them: in the log, and in archives. */
export async function around(office: Office, names: readonly string[]): Promise<readonly Past[]> {
  const found = new Map<StreamId, Past>();
  const asked = new Set(names as readonly StreamId[]);
  const open = [...asked];
  while (open.length > 0 && found.size < STREAMS_MOST) {
    const stream = open.shift();
    if (stream === undefined || found.has(stream)) continue;
    const past = await pastOf(office, stream);
    found.set(stream, past);
    for (const event of past.events) open.push(...namedIn(event, asked.has(stream)));
    if (parseRunId(stream) !== null)
      for (const { stream: below } of office.log.standings({ parent: stream, most: STREAMS_MOST }))
        open.push(below);
  }
  return [...found.values()];
}

/** Of a run that was asked for the case is looked at, too; of a case all its runs; of any run those below it. */
function namedIn({ type, data, stream }: Envelope, isAsked: boolean): readonly StreamId[] {
  const isCase = stream.startsWith("cs_");
  if (isCase && isAsked && typeof data["run"] === "string") return [data["run"] as StreamId];
  if (type === "run.accepted" && isAsked && typeof data["case"] === "string")
    return [data["case"] as StreamId];
  const attempt = isObject(data["attempt"]) ? data["attempt"] : data;
  const isBelow = type === "step.started" || type === "attempt.started";
  return isBelow && typeof attempt["child"] === "string" ? [attempt["child"] as StreamId] : [];
}

/** Archives that are looked into for a record, the newest first. */
const ARCHIVES_SEARCHED_MOST = 1_000;

/** The streams in which a record was read or written, and what belongs to them. */
async function touching(office: Office, entity: string, id: string): Promise<readonly Past[]> {
  const found = new Set<StreamId>();
  for await (const { stream, events } of archivedPasts(office, { most: ARCHIVES_SEARCHED_MOST }))
    for (const { type, data } of events)
      if (TOUCHING.includes(type) && isAbout(data, entity, id)) found.add(stream);
  for (const type of TOUCHING)
    for (const { data, stream } of allOf(office, type))
      if (isAbout(data, entity, id)) found.add(stream);
  return await around(office, [...found].slice(-STREAMS_MOST));
}

const TOUCHING: readonly string[] = ["writeback.committed", "tool.finished"];

function* allOf({ log }: Office, type: string): Generator<Envelope> {
  let from = 0;
  for (let seen = 0; seen < SEARCHED_MOST; seen += AT_ONCE) {
    const events = log.tail(from, AT_ONCE, type);
    yield* events;
    const last = events.at(-1);
    if (last === undefined || events.length < AT_ONCE) return;
    from = last.position;
  }
}

function isAbout(data: JsonObject, entity: string, id: string): boolean {
  if (data["entity"] === entity && isSame(data["id"], id)) return true;
  const { read } = data;
  if (!isObject(read) || read["entity"] !== entity || !Array.isArray(read["ids"])) return false;
  return read["ids"].some((one) => isSame(one as Json, id));
}

/** Ids of records are texts in one place and numbers in another. */
function isSame(one: Json | undefined, id: string): boolean {
  return typeof one === "string" || typeof one === "number" ? `${one}` === id : false;
}

/** What is not there any more is not shown; the rest of the page is. */
function valueOf(pasts: readonly Past[], stored: JsonObject): Json {
  const names = Object.keys(stored);
  if (names.length === 1 && "value" in stored) return stored["value"] ?? null;
  const digest = typeof stored["digest"] === "string" ? parseDigest(stored["digest"]) : null;
  if (digest === null || !("bytes" in stored)) return stored;
  for (const past of pasts) {
    try {
      return past.read(digest);
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
    }
  }
  return null;
}

function nothing(name: string): Problem {
  return {
    code: "not-found",
    message: `The record says nothing of "${name}".`,
    mend: "Name a case or a run by its id, or a record by its entity and its id: muster why orders 1042",
  };
}
