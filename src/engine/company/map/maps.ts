import {
  type MapProposed,
  type MapVersion,
  type PublishingRule,
  publishMap,
} from "../../../core/company/index.ts";
import { type KnownAgent, readPeople, type Workflow } from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import {
  contentOfMap,
  filesOfMap,
  MAP_BYTES_MOST,
  type MapFile,
  mapOfContent,
  PEOPLE_FILE,
  readWorkMap,
  type WorkMap,
} from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { digestOf } from "../../runtime/index.ts";
import type { Log } from "../../store/index.ts";
import { hasMap, mapFilesIn } from "../files/map-files.ts";
import type { Register } from "../register.ts";
import { statementProblemsIn } from "./statements.ts";

/** The work command map of a company: as its files are now, and as it was published. */
export type Maps = {
  /** As the files are now, and all that is wrong with them. */
  readonly now: () => Promise<MapNow>;
  /** What keeps the files as they are now from being published. */
  readonly faults: () => Promise<readonly Problem[]>;
  /** What waits for others to publish it too. */
  readonly proposed: () => MapProposed | null;
  /** Whether the company has a map at all. */
  readonly isThere: () => boolean;
  /** Versions that were published, oldest first; the last is in force. */
  readonly versions: () => readonly MapVersion[];
  /** The map under a digest; null where there is none, or this version cannot read it. */
  readonly byDigest: (digest: Digest) => WorkMap | null;
  /** The files that were published under a digest; null where there are none. */
  readonly contentOf: (digest: Digest) => string | null;
  /** The version in force. In a company that never published its map, the files as they are become version 1. */
  readonly inForce: (by: string) => Promise<MapVersion | null>;
  /** Makes the files as they are now the version in force. */
  readonly publish: (told: { readonly by: string; readonly why: string }) => Promise<MapPublished>;
};

export type MapNow = {
  /** null where something is wrong. */
  readonly map: WorkMap | null;
  /** What of it could be read; null where nothing could. */
  readonly readable: WorkMap | null;
  readonly digest: Digest;
  readonly files: readonly MapFile[];
  readonly problems: readonly Problem[];
};

/** `again`: it is in force already. */
export type MapPublished =
  | {
      readonly version: MapVersion;
      readonly again: boolean;
      readonly problems: readonly Problem[];
      /** Those of its problems that stood in the version before. */
      readonly stayed: readonly Problem[];
    }
  | {
      readonly version: null;
      /** It waits for others who publish the same files. */
      readonly proposed?: MapProposed;
      readonly problems: readonly Problem[];
    };

/** Maps of versions kept in memory. */
const RECALLED_MOST = 100;
const FIRST = "The first map, as its files were when a run first needed it.";

type Given = {
  readonly folder: string;
  readonly log: Pick<Log, "content">;
  readonly register: Register;
  readonly agents: () => Promise<Readonly<Record<string, KnownAgent>>>;
  readonly workflows: () => Promise<readonly Workflow[]>;
  /** Names of workflows whose files are there, and something is wrong with them. */
  readonly broken: () => Promise<readonly string[]>;
  /** Told of what could be better in a map that became version 1 by itself: nobody else hears of it. */
  readonly told: (problem: Problem) => void;
};

export function openMaps(given: Given): Maps {
  const { log, register } = given;
  const recalled = new Map<Digest, WorkMap>();
  const byDigest = (digest: Digest): WorkMap | null => {
    const known = recalled.get(digest);
    if (known !== undefined) return known;
    const content = log.content(digest);
    const map = content === null ? null : mapOfContent(content, digestOf);
    if (map === null) return null;
    if (recalled.size >= RECALLED_MOST) recalled.clear();
    recalled.set(digest, map);
    return map;
  };
  const versions = (): readonly MapVersion[] => register.state().maps;
  const rule = (): PublishingRule | null => {
    const last = versions().at(-1);
    const map = last === undefined ? null : byDigest(last.digest);
    return last === undefined || map === null
      ? null
      : publishingRule(map.publishing, log.content(last.digest));
  };
  const publish: Maps["publish"] = (told) => published(given, told, rule);
  const isThere = openLook(given.folder);
  return {
    now: () => mapNow(given),
    faults: async () => {
      const now = await mapNow(given);
      const all = [...now.problems, ...(await statementProblemsIn(given.folder, now))];
      return all.filter(({ severity }) => severity !== "warning");
    },
    proposed: () => register.state().proposed ?? null,
    versions,
    byDigest,
    contentOf: (digest) => log.content(digest),
    inForce: async (by) => {
      const last = versions().at(-1);
      if (last !== undefined) return last;
      if (!isThere()) return null;
      const first = await publish({ by, why: FIRST });
      if (first.version !== null && !first.again) for (const one of first.problems) given.told(one);
      return first.version;
    },
    publish,
    isThere,
  };
}

/** Runs that begin in one turn of the event loop share a look: nothing can have changed between them. */
function openLook(folder: string): () => boolean {
  let isThere: boolean | null = null;
  return () => {
    if (isThere === null) setImmediate(() => (isThere = null));
    isThere ??= hasMap(folder);
    return isThere;
  };
}

async function mapNow(given: Given): Promise<MapNow> {
  const files = mapFilesIn(given.folder);
  const content = contentOfMap(files);
  const { map, readable, problems } = await read(given, files);
  const digest = digestOf(content);
  const bytes = Buffer.byteLength(content);
  if (bytes <= MAP_BYTES_MOST) return { map, readable, digest, files, problems };
  return { map: null, readable, digest, files, problems: [...problems, tooLarge(bytes)] };
}

/** With the agents and the workflows as they are now. */
async function read(
  { agents, workflows, broken }: Given,
  files: readonly MapFile[],
): Promise<ReturnType<typeof readWorkMap>> {
  const all = await workflows();
  return readWorkMap(files, {
    digest: digestOf,
    agents: await agents(),
    workflows: Object.fromEntries(all.map((workflow) => [workflow.name, workflow])),
    broken: await broken(),
  });
}

/** Of these problems those that an earlier version has too, wherever its lines stand. */
async function stayedOf(
  given: Given,
  problems: readonly Problem[],
  before: MapVersion | undefined,
): Promise<readonly Problem[]> {
  if (before === undefined || problems.length === 0) return [];
  const files = filesOfMap(given.log.content(before.digest) ?? "{}") ?? [];
  const known = new Set((await read(given, files)).problems.map(({ message }) => message));
  return problems.filter(({ message }) => known.has(message));
}

/** By the people whom the same version names: whoever adds themselves to a role is in it when that is in force. */
function publishingRule(
  { roles, approvals }: WorkMap["publishing"],
  content: string | null,
): PublishingRule | null {
  if (roles.length === 0) return null;
  const file = filesOfMap(content ?? "{}")?.find((one) => one.file === PEOPLE_FILE);
  const people = file === undefined ? null : readPeople(file).people;
  const who = new Set(roles.flatMap((name) => people?.meant(name) ?? [name]));
  return { roles, approvals, may: (person) => who.has(person) };
}

function tooLarge(bytes: number): Problem {
  return {
    code: "limit",
    message: `The files of the map are ${bytes} bytes together; the most is ${MAP_BYTES_MOST}.`,
    mend: "Keep in templates what the map names, and no more.",
    where: { file: "templates", line: 1, column: 1 },
  };
}

async function published(
  given: Given,
  { by, why }: { readonly by: string; readonly why: string },
  rule: () => PublishingRule | null,
): Promise<MapPublished> {
  const { map, digest, files, problems } = await mapNow(given);
  if (files.length === 0) return { version: null, problems: [NO_MAP_HERE] };
  if (map === null) return { version: null, problems };
  const inStatements = await statementProblemsIn(given.folder, { readable: map, files });
  if (inStatements.length > 0) return { version: null, problems: [...problems, ...inStatements] };
  const stayed = await stayedOf(given, problems, given.register.state().maps.at(-1));
  const refused: Problem[] = [];
  const body = await given.register.tell(
    by,
    (state) => {
      const follows = publishMap(state, { digest, why, by }, rule());
      if (follows === null || "type" in follows) return follows;
      refused.push(follows);
      return null;
    },
    [[digest, contentOfMap(files)]],
  );
  if (refused.length > 0) return { version: null, problems: refused };
  const { maps, proposed } = given.register.state();
  const version = maps.at(-1) ?? null;
  if (proposed?.digest === digest) return { version: null, proposed, problems };
  if (version === null) return { version, problems };
  return { version, again: body === null, problems, stayed };
}

export const NO_MAP_HERE: Problem = {
  code: "not-found",
  message: "This company has no map.",
  mend: "Write map.yaml: docs/guide/map.md says what stands in it.",
};
