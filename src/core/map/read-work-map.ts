import { ALWAYS, type Calendar } from "../calendar/index.ts";
import {
  inOrder,
  isMap,
  type KnownAgent,
  openReport,
  type People,
  readMap,
  readPeople,
  readSource,
  type Source,
  type ValuePath,
  type Workflow,
} from "../definition/index.ts";
import type { Digest } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Problem } from "../problem.ts";
import type { Table } from "../rules/index.ts";
import { checkMap } from "./check-map.ts";
import { readCalendar } from "./read-calendar.ts";
import { readChains } from "./read-chains.ts";
import { readFacts } from "./read-facts.ts";
import { readGrants } from "./read-grants.ts";
import { readIntake, readOwner } from "./read-intake.ts";
import { readRequests } from "./read-requests.ts";
import { type Ruling, readRules, withPreconditions } from "./read-rules.ts";
import { readSystems } from "./read-systems.ts";
import { readTables } from "./read-tables.ts";
import { readTools } from "./read-tools.ts";
import type { Reading } from "./reading.ts";
import type { WorkMap } from "./work-map.ts";

/** A file of a company's map, by its path from the company's folder. */
export type MapFile = { readonly file: string; readonly text: string };

export const MAP_FILE = "map.yaml";
export const CALENDAR_FILE = "calendar.yaml";
export const PEOPLE_FILE = "people.yaml";

/** What a map is checked against beyond its own files. It changes what is reported and never what is read. */
export type MapSurroundings = {
  /** SHA-256 of a text, as `sha256:…`. */
  readonly digest: (text: string) => Digest;
  /** The agents of the company by name; null: nobody knows. */
  readonly agents: Readonly<Record<string, KnownAgent>> | null;
  /** The workflows of the company by name; null: nobody knows. */
  readonly workflows: Readonly<Record<string, Workflow>> | null;
};

export type ReadWorkMap = {
  /** null where there is an error. Of a company without a map, one in which nobody may do anything. */
  readonly map: WorkMap | null;
  /** What of it could be read, to be looked at; null where nothing could. Nothing is done by it. */
  readonly readable: WorkMap | null;
  /** Of all the files, also of what they say beside work. */
  readonly problems: readonly Problem[];
};

/**
 * Reads a company's work command map: `map.yaml`, `people.yaml`, `calendar.yaml`, `tables/*.yaml` and
 * the names of `templates/*`, and says all that is wrong with it at once.
 *
 * @param files the texts, in any order; others are left alone
 * @returns never throws
 */
export function readWorkMap(files: readonly MapFile[], surroundings: MapSurroundings): ReadWorkMap {
  const named = (file: string): MapFile | undefined => files.find((one) => one.file === file);
  const { calendar, problems: inCalendar } = calendarOf(named(CALENDAR_FILE));
  const { people, problems: inPeople } = peopleOf(named(PEOPLE_FILE));
  const given = { files, calendar, people, surroundings };
  const own: Problem[] = [];
  const inWorkflows: Problem[] = [];
  const file = named(MAP_FILE) ?? { file: MAP_FILE, text: "" };
  const map = mapOf(file, { ...given, into: own, elsewhere: inWorkflows });
  const problems = [...inOrder(own), ...inPeople, ...inCalendar, ...inWorkflows];
  const isWrong = problems.some(({ severity }) => severity !== "warning");
  return { map: isWrong ? null : map, readable: map, problems };
}

/**
 * A map as it was published. What is wrong in it now, and was not when it was published, another version
 * of Muster finds: then nothing of it is in force, since what could not be read may be what held a tool.
 *
 * @returns null where there is an error
 */
export function recallWorkMap(
  files: readonly MapFile[],
  digest: (text: string) => Digest,
): WorkMap | null {
  const file = files.find((one) => one.file === MAP_FILE) ?? { file: MAP_FILE, text: "" };
  const { calendar, problems } = calendarOf(files.find((one) => one.file === CALENDAR_FILE));
  const into = [...problems];
  const surroundings = { digest, agents: null, workflows: null };
  const map = mapOf(file, { files, calendar, people: null, surroundings, into, elsewhere: [] });
  return into.some(({ severity }) => severity !== "warning") ? null : map;
}

function calendarOf(file: MapFile | undefined): ReturnType<typeof readCalendar> {
  return file === undefined ? { calendar: ALWAYS, problems: [] } : readCalendar(file);
}

function peopleOf(file: MapFile | undefined): ReturnType<typeof readPeople> {
  return file === undefined ? { people: null, problems: [] } : readPeople(file);
}

type Given = {
  readonly files: readonly MapFile[];
  readonly calendar: Calendar;
  readonly people: People | null;
  readonly surroundings: MapSurroundings;
  readonly into: Problem[];
  /** For what stands in other files. */
  readonly elsewhere: Problem[];
};

function mapOf(file: MapFile, given: Given): WorkMap | null {
  const isThere = file.text !== "";
  if (isThere) given.into.push(...readMap(file).problems);
  const source = readSource(isThere ? file : { ...file, text: "{}" }, () => undefined);
  if (source === null || !isMap(source.value)) return null;
  return workOf(source, source.value, given);
}

function workOf(source: Source, value: JsonObject, given: Given): WorkMap {
  const { files, calendar, people, surroundings, into, elsewhere } = given;
  const report = openReport(source, { into, module: null });
  const where = (path: ValuePath): string => {
    const at = source.placeOf(path, { key: true });
    return `${at.file}:${at.line}:${at.column}`;
  };
  const textOf = (name: string): string | null =>
    files.find((one) => one.file === name)?.text ?? null;
  const reading: Reading = { report, digest: surroundings.digest, calendar, where, textOf };
  const systems = readSystems(value["systems"], reading);
  const bare = readTools(value["tools"], systems, reading);
  const requests = readRequests(value["requests"], reading);
  const facts = readFacts(value["facts"], requests, reading);
  const names = {
    facts,
    tools: bare,
    agents: namesOf(value["agents"]),
    requests: Object.keys(requests),
  };
  const ruling: Ruling = { ...reading, names };
  const chains = namesOf(value["approvals"]);
  const map: WorkMap = {
    company: typeof value["company"] === "string" ? value["company"] : "",
    systems,
    tools: withPreconditions(bare, value["tools"], ruling),
    agents: readGrants(value["agents"], ruling),
    requests,
    rules: readRules(value["rules"], chains, ruling),
    tables: tablesOf(files, ruling, into),
    approvals: readChains(value["approvals"], ruling),
    intake: readIntake(value["intake"], report),
    facts,
    exceptions: { owner: readOwner(value["exceptions"], report) },
    calendar,
  };
  const { agents, workflows } = surroundings;
  const there = files.map(({ file }) => file);
  checkMap({ map, said: value, report, people, agents, workflows, files: there, elsewhere });
  return map;
}

function tablesOf(
  files: readonly MapFile[],
  ruling: Ruling,
  into: Problem[],
): Readonly<Record<string, Table>> {
  return readTables(
    files.filter(({ file }) => /^tables\/[^/]+\.ya?ml$/.test(file)),
    ruling,
    into,
  );
}

function namesOf(value: Json | undefined): readonly string[] {
  return isMap(value) ? Object.keys(value) : [];
}
