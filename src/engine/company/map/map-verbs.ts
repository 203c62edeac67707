import type { MapVersion } from "../../../core/company/index.ts";
import {
  differencesOf,
  fileDifferencesOf,
  filesOfMap,
  type MapDifference,
  type MapFile,
  type WorkMap,
} from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, wrongNames, wrongSpeaker } from "../runs/check-told.ts";
import { type MapPublished, NO_MAP_HERE } from "./maps.ts";

/** A version by its number, or the files as they are now. */
export type WhichMap = number | "files";

export type MapCompared =
  | { readonly differences: readonly MapDifference[]; readonly problems?: never }
  | { readonly differences: null; readonly problems: readonly Problem[] };

const WHY_CHARACTERS_MOST = 10_000;

/** Makes the map's files as they are now the version in force. */
export async function publishMapOf(
  office: Office,
  { why, by = "library" }: { readonly why: string; readonly by?: string },
): Promise<MapPublished> {
  const refuse = (problem: Problem): MapPublished => ({ version: null, problems: [problem] });
  if (office.isLooking) return refuse(LOOKING);
  const wrong = wrongNames({ by }) ?? wrongSpeaker(by);
  if (wrong !== null) return refuse(wrong);
  if (typeof why !== "string" || why.trim() === "" || why.length > WHY_CHARACTERS_MOST)
    return refuse(badInput(`"why" is to be a text of 1 to ${WHY_CHARACTERS_MOST} characters.`));
  try {
    return await office.maps.publish({ by, why: why.trim() });
  } catch (error) {
    return refuse(problemIn(error));
  }
}

/** What is another in `to`; by default, what publishing the files would change. */
export async function mapDifferencesOf(
  office: Office,
  from?: WhichMap | null,
  to?: WhichMap | null,
): Promise<MapCompared> {
  const last = office.maps.versions().at(-1)?.version;
  const earlier = from ?? last;
  if (earlier === undefined) return { differences: null, problems: [NEVER] };
  const maps: { readonly map: WorkMap; readonly files: readonly MapFile[] }[] = [];
  for (const which of [earlier, to ?? "files"]) {
    const found = await mapNamed(office, which);
    if (found.map === null) return { differences: null, problems: found.faults };
    maps.push(found);
  }
  const [one, other] = maps;
  if (one === undefined || other === undefined) return { differences: [] };
  const told = differencesOf(one.map, other.map);
  const beside = fileDifferencesOf(one.files, other.files, told.length > 0);
  return { differences: [...told, ...beside] };
}

/** `faults`: what is wrong with the files; what of them could be read is there all the same. */
export type MapFound =
  | {
      readonly map: WorkMap;
      readonly version: MapVersion | null;
      readonly files: readonly MapFile[];
      readonly faults: readonly Problem[];
    }
  | { readonly map: null; readonly faults: readonly Problem[] };

/** @param which unsaid, or null as another process says it, the files */
export async function mapNamed(
  { maps }: Pick<Office, "maps">,
  which: WhichMap | null = "files",
): Promise<MapFound> {
  if (which === "files" || which === null) {
    const { readable, problems: faults, digest, files } = await maps.now();
    if (files.length === 0) return { map: null, faults: [NO_MAP_HERE] };
    const version = maps.versions().findLast((one) => one.digest === digest) ?? null;
    return readable === null ? { map: null, faults } : { map: readable, version, files, faults };
  }
  const version = maps.versions().find((one) => one.version === which);
  const map = version === undefined ? null : maps.byDigest(version.digest);
  return version === undefined || map === null
    ? { map: null, faults: [noVersion(which)] }
    : { map, version, files: filesOfMap(maps.contentOf(version.digest) ?? "{}") ?? [], faults: [] };
}

const NEVER: Problem = {
  code: "not-found",
  message: "The map of this company was never published.",
  mend: 'Publish it: muster map publish --why "…".',
};

function noVersion(which: unknown): Problem {
  return {
    code: "not-found",
    message: `There is no version ${String(which)} of the map.`,
    mend: "See: muster map versions.",
  };
}
