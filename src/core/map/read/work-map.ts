import { ALWAYS, type Calendar } from "../../calendar/index.ts";
import {
  inOrder,
  isMap,
  type KnownAgent,
  mapIn,
  openReport,
  type People,
  readPeople,
  readSource,
  type Source,
  type ValuePath,
  type Workflow,
} from "../../definition/index.ts";
import type { Digest } from "../../id.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import type { Table } from "../../rules/index.ts";
import { checkMap } from "../check/map.ts";
import type { WorkMap } from "../work-map.ts";
import { readCalendar } from "./calendar.ts";
import { readChains } from "./chains.ts";
import { readFacts } from "./facts.ts";
import { readGrants } from "./grants.ts";
import { readIntake, readOwner, readPublishing } from "./intake.ts";
import type { Reading } from "./reading.ts";
import { readRequests } from "./requests.ts";
import { type Ruling, readRules, withConditions } from "./rules.ts";
import { readSystems } from "./systems.ts";
import { isTableFile, readTables } from "./tables.ts";
import { readTools } from "./tools.ts";

/** A file of a company's map, by its path from the company's folder. */
export type MapFile = {
  readonly file: string;
  readonly text: string;
  /** Why it could not be read. */
  readonly fault?: Problem;
};

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
  /** Names of workflows whose files are there, and something is wrong with them: that is told there. */
  readonly broken?: readonly string[];
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
  const map = mapOf(named(MAP_FILE) ?? NO_FILE, { ...given, into: own, elsewhere: inWorkflows });
  const unread = files.flatMap(besideOf);
  const problems = distinct([
    ...inOrder(own),
    ...inPeople,
    ...inCalendar,
    ...unread,
    ...inWorkflows,
  ]);
  const isWrong = problems.some(({ severity }) => severity !== "warning");
  return { map: isWrong ? null : map, readable: map, problems };
}

/**
 * A map as it was published. What cannot be read of it now, and could when it was published, another version
 * of Muster wrote: then nothing of it is in force, since that may be what held a tool. What is told from its
 * parts together was told when it was published: where a later version tells more, it is told of the files, and
 * what was published stays as it is.
 *
 * @returns null where there is an error
 */
export function recallWorkMap(
  files: readonly MapFile[],
  digest: (text: string) => Digest,
): WorkMap | null {
  const found = files.find((one) => one.file === MAP_FILE);
  // One that was empty was a map once.
  const file = found === undefined || found.text === "" ? NO_FILE : found;
  const { calendar, problems } = calendarOf(files.find((one) => one.file === CALENDAR_FILE));
  const into = [...problems];
  const surroundings = { digest, agents: null, workflows: null };
  const given = { files, calendar, people: null, surroundings, into, elsewhere: [] };
  const map = mapOf(file, { ...given, isRecalled: true });
  return into.some(({ severity }) => severity !== "warning") ? null : map;
}

/** What stands once and is meant in many places, as an anchor is, is told once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ where, message }) => {
    const key = JSON.stringify([where, message]);
    const isNew = where === undefined || !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** What is wrong with a file beside those that are read. */
function besideOf({ file, text, fault }: MapFile): readonly Problem[] {
  if (fault !== undefined) return ALONE.includes(file) ? [] : [fault];
  if (!file.startsWith("templates/") || text.trim() !== "") return [];
  return [
    {
      code: "wrong-value",
      severity: "warning",
      message: `${file} is empty: a tool that takes its words from there says nothing.`,
      mend: "Write the words, or take the file away.",
      where: { file, line: 1, column: 1 },
    },
  ];
}

/** What is read of each by itself, so that what is wrong with one of them is told there. */
const ALONE: readonly string[] = [MAP_FILE, CALENDAR_FILE, PEOPLE_FILE];
/** Of a company without a map: it says nothing. */
const NO_FILE: MapFile = { file: MAP_FILE, text: "{}" };

function calendarOf(file: MapFile | undefined): ReturnType<typeof readCalendar> {
  if (file?.fault !== undefined) return { calendar: ALWAYS, problems: [file.fault] };
  return file === undefined ? { calendar: ALWAYS, problems: [] } : readCalendar(file);
}

function peopleOf(file: MapFile | undefined): ReturnType<typeof readPeople> {
  if (file?.fault !== undefined) return { people: null, problems: [file.fault] };
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
  /** It was checked when it was published. */
  readonly isRecalled?: boolean;
};

function mapOf(file: MapFile, given: Given): WorkMap | null {
  if (file.fault !== undefined) {
    given.into.push(file.fault);
    return null;
  }
  const inText: Problem[] = [];
  const source = readSource(file, (problem) => inText.push(problem));
  const isWhole = inText.length === 0;
  if (source === null) given.into.push(...inText);
  else if (file !== NO_FILE) given.into.push(...mapIn(source, inText).problems);
  if (source === null || !isMap(source.value)) return null;
  return workOf(source, source.value, { ...given, isWhole });
}

/** @param given `isWhole`: nothing of the text was left out, such as what stands under a key twice */
function workOf(
  source: Source,
  value: JsonObject,
  given: Given & { readonly isWhole: boolean },
): WorkMap {
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
    tools: withConditions(bare, value["tools"], ruling),
    agents: readGrants(value["agents"], ruling),
    requests,
    rules: readRules(value["rules"], chains, ruling),
    tables: tablesOf(files, ruling, into),
    approvals: readChains(value["approvals"], ruling),
    intake: readIntake(value["intake"], report),
    facts,
    exceptions: { owner: readOwner(value["exceptions"], report) },
    publishing: readPublishing(value["publishing"], report),
    calendar,
  };
  const { broken = [], ...around } = surroundings;
  const beside = { files: files.map(({ file }) => file), textOf, elsewhere };
  if (given.isWhole && given.isRecalled !== true)
    checkMap({ map, said: value, report, people, ...around, broken, ...beside });
  return map;
}

function tablesOf(
  files: readonly MapFile[],
  ruling: Ruling,
  into: Problem[],
): Readonly<Record<string, Table>> {
  return readTables(
    files.filter(({ file, fault }) => fault === undefined && isTableFile(file)),
    ruling,
    into,
  );
}

function namesOf(value: Json | undefined): readonly string[] {
  return isMap(value) ? Object.keys(value) : [];
}
