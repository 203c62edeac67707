import { caseFactsOf } from "../../../core/cases/index.ts";
import type { MapVersion } from "../../../core/company/index.ts";
import { suggestion } from "../../../core/expression/index.ts";
import { type Digest, parseCaseId } from "../../../core/id.ts";
import { instantOf } from "../../../core/instant.ts";
import { type Reach, reachOf, type WorkMap } from "../../../core/map/index.ts";
import {
  type Counted,
  documentOf,
  type Picture,
  pictureOf,
  svgOf,
  type WhichAnswer,
  type WhichQuestion,
  whichOf,
} from "../../../core/map-picture/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import { openToolbox } from "../../tools/index.ts";
import type { Company } from "../company.ts";
import type { Office } from "../office.ts";
import { mapDifferencesOf, mapNamed, publishMapOf, type WhichMap } from "./map-verbs.ts";
import { rulesIn } from "./rules-verbs.ts";

type OfMap =
  | "publishMap"
  | "mapVersions"
  | "mapProposed"
  | "mapDifferences"
  | "drawMap"
  | "whichMay"
  | "rules"
  | "replayRules";

/** All that a company says of its map. */
export function mapOf(office: Office): Pick<Company, OfMap> {
  return {
    publishMap: (told) => publishMapOf(office, told),
    mapVersions: async () => office.maps.versions(),
    mapProposed: async () => office.maps.proposed(),
    mapDifferences: (from, to) => mapDifferencesOf(office, from, to),
    drawMap: (which, options) => drawMapOf(office, which, options),
    whichMay: (question, which) => whichIn(office, question, which),
    ...rulesIn(office),
  };
}

/** A map as people look at it. */
export type MapDrawn =
  | {
      /** The version that it is; null: files that were not published. */
      readonly version: MapVersion | null;
      readonly caption: string;
      readonly picture: Picture;
      /** A document in Markdown, which names the picture as `map.svg`. */
      readonly document: string;
      readonly svg: string;
      readonly counted: Counted;
      /** When the systems were asked; null: they were not. */
      readonly countedAt: number | null;
      /** What each agent could reach, tool by tool; `records` of all cases, null is: unknown. */
      readonly reach: Readonly<Record<string, readonly Reached[]>>;
      /** What is wrong with the files that were drawn. */
      readonly problems: readonly Problem[];
    }
  | { readonly picture: null; readonly problems: readonly Problem[] };

type Reached = Reach & { readonly records: number | null };

export type MapAsked =
  | { readonly answers: readonly WhichAnswer[]; readonly problems?: never }
  | { readonly answers: null; readonly problems: readonly Problem[] };

/** How long all systems together are asked how many records they have. */
const COUNTING_MS = 20_000;

/** Draws a version of the map, or its files as they are now. @param options.count asks the systems how many records each tool could reach */
async function drawMapOf(
  office: Office,
  which: WhichMap | null | undefined,
  options: { readonly count?: boolean } | null = null,
): Promise<MapDrawn> {
  const found = await mapNamed(office, which);
  if (found.map === null) return { picture: null, problems: found.faults };
  const { map, version, faults } = found;
  await office.library.files();
  const workflows = Object.fromEntries(office.library.now().map((one) => [one.name, one]));
  const picture = pictureOf(map, workflows);
  const caption = captionOf(version, office.maps.versions().at(-1)?.digest);
  const counted = options?.count === true ? await countedIn(office.folder, map) : {};
  const countedAt = options?.count === true ? office.clock.now() : null;
  const since = countedAt === null ? null : `${instantOf(countedAt).slice(0, 16)}Z`;
  const drawn = { map, picture, caption, counted, countedAt: since, pictureFile: "map.svg" };
  const document = documentOf(drawn);
  return {
    version,
    caption,
    picture,
    document,
    svg: svgOf(picture, { caption }),
    counted,
    countedAt,
    reach: reachIn(map, counted),
    problems: faults,
  };
}

function reachIn(map: WorkMap, counted: Counted): Readonly<Record<string, readonly Reached[]>> {
  return Object.fromEntries(
    Object.values(map.agents).map((grant) => [
      grant.agent,
      reachOf(map, grant).map((one) => ({ ...one, records: ownOf(counted, one.tool) ?? null })),
    ]),
  );
}

function captionOf(version: MapVersion | null, last: Digest | undefined): string {
  if (version === null)
    return last === undefined
      ? "As the files are now; nothing was published yet."
      : "As the files are now, which were not published.";
  const { version: number, at, by, why, digest } = version;
  const inForce = digest === last ? "in force" : "no longer in force";
  return `Version ${number}, ${inForce}, published by ${by} on ${instantOf(at).slice(0, 10)}: ${why}`;
}

/** A system that cannot say, or cannot be reached, is not counted. */
async function countedIn(folder: string, map: WorkMap): Promise<Counted> {
  const toolbox = openToolbox({ folder, map });
  try {
    const abort = AbortSignal.timeout(COUNTING_MS);
    const counts = await Promise.all(
      Object.keys(map.tools).map(
        async (tool) => [tool, await toolbox.count(tool, abort).catch(() => null)] as const,
      ),
    );
    return Object.fromEntries(counts);
  } finally {
    await toolbox.close();
  }
}

/** Who may use a tool, and what asks whom, by the map alone. */
async function whichIn(
  office: Office,
  question: WhichQuestion,
  which: WhichMap | null | undefined,
): Promise<MapAsked> {
  const found = await mapNamed(office, which);
  if (found.map === null) return { answers: null, problems: found.faults };
  const { map } = found;
  const of = caseOf(office, question.request);
  if ("problem" in of) return { answers: null, problems: [of.problem] };
  const problems = [
    ...unknown("tool", question.tool, Object.keys(map.tools)),
    ...unknown("agent", question.agent, Object.keys(map.agents)),
    ...unknown("type of request", of.request, Object.keys(map.requests)),
  ];
  if (problems.length > 0) return { answers: null, problems };
  const { request: _, ...asked } = question;
  return { answers: whichOf(map, { ...asked, ...of }) };
}

type OfCase = Pick<WhichQuestion, "request" | "case">;

/** The type of request that is named, or a case with its own and all that is known of it. */
function caseOf(
  { cases }: Office,
  named: string | undefined,
): OfCase | { readonly problem: Problem } {
  const id = named === undefined ? null : parseCaseId(named);
  if (id === null) return named === undefined ? {} : { request: named };
  const now = cases.log.get(id);
  if (now !== null && now.type !== null) return { request: now.type, case: caseFactsOf(now) };
  return {
    problem: {
      code: "not-found",
      message: now === null ? `There is no case ${id}.` : `Nobody has said of which type ${id} is.`,
      mend: "See: muster cases list.",
    },
  };
}

function unknown(
  what: string,
  name: string | undefined,
  known: readonly string[],
): readonly Problem[] {
  if (name === undefined || known.includes(name)) return [];
  return [
    {
      code: "not-found",
      message: `There is no ${what} "${name}" in the map.`,
      mend: suggestion(name, known, "Names"),
    },
  ];
}
