import { type MapVersion, publishMap } from "../../../core/company/index.ts";
import type { KnownAgent, Workflow } from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import {
  contentOfMap,
  MAP_BYTES_MOST,
  type MapFile,
  mapOfContent,
  readWorkMap,
  type WorkMap,
} from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { digestOf } from "../../runtime/index.ts";
import type { Log } from "../../store/index.ts";
import { hasMap, mapFilesIn } from "../files/map-files.ts";
import type { Register } from "../register.ts";

/** The work command map of a company: as its files are now, and as it was published. */
export type Maps = {
  /** As the files are now, and all that is wrong with them. */
  readonly now: () => Promise<MapNow>;
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
  | { readonly version: MapVersion; readonly again: boolean; readonly problems: readonly Problem[] }
  | { readonly version: null; readonly problems: readonly Problem[] };

/** Maps of versions kept in memory. */
const RECALLED_MOST = 100;
const FIRST = "The first map, as its files were when a run first needed it.";

type Given = {
  readonly folder: string;
  readonly log: Pick<Log, "content">;
  readonly register: Register;
  readonly agents: () => Promise<Readonly<Record<string, KnownAgent>>>;
  readonly workflows: () => Promise<readonly Workflow[]>;
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
  const publish: Maps["publish"] = (told) => published(given, told);
  return {
    now: () => mapNow(given),
    versions,
    byDigest,
    contentOf: (digest) => log.content(digest),
    inForce: async (by) => {
      const last = versions().at(-1);
      if (last !== undefined) return last;
      if (!hasMap(given.folder)) return null;
      return (await publish({ by, why: FIRST })).version;
    },
    publish,
  };
}

async function mapNow({ folder, agents, workflows }: Given): Promise<MapNow> {
  const files = mapFilesIn(folder);
  const content = contentOfMap(files);
  const all = await workflows();
  const { map, readable, problems } = readWorkMap(files, {
    digest: digestOf,
    agents: await agents(),
    workflows: Object.fromEntries(all.map((workflow) => [workflow.name, workflow])),
  });
  const digest = digestOf(content);
  const bytes = Buffer.byteLength(content);
  if (bytes <= MAP_BYTES_MOST) return { map, readable, digest, files, problems };
  return { map: null, readable, digest, files, problems: [...problems, tooLarge(bytes)] };
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
): Promise<MapPublished> {
  const { map, digest, files, problems } = await mapNow(given);
  if (files.length === 0) return { version: null, problems: [NO_MAP_HERE] };
  if (map === null) return { version: null, problems };
  const body = await given.register.tell(by, (state) => publishMap(state, { digest, why }), [
    [digest, contentOfMap(files)],
  ]);
  const version = given.register.state().maps.at(-1) ?? null;
  if (version === null) return { version, problems };
  return { version, again: body === null, problems };
}

export const NO_MAP_HERE: Problem = {
  code: "not-found",
  message: "This company has no map.",
  mend: "Write map.yaml: docs/guide/map.md says what stands in it.",
};
