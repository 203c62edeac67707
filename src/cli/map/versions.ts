import type { MapProposed } from "../../core/company/index.ts";
import type { Problem } from "../../core/problem.ts";
import { type MapCompared, type MapPublished, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { type Column, complaint, count, momentIn, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster map publish --why …`. */
export async function mapPublish(
  context: Context,
  { why, by = context.surroundings.person }: { readonly why: string; readonly by?: string },
): Promise<number> {
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const { differences } = await company.mapDifferences();
    const told = await company.publishMap({ why, by });
    if (told.version === null)
      return told.proposed === undefined
        ? refuse(context, told.problems)
        : proposed(context, told.proposed);
    const { answer, side, json } = context.terminal;
    const { version, again } = told;
    if (json) {
      answer.line(JSON.stringify({ ...version, again }));
      return EXIT.done;
    }
    for (const line of problemLines(context, told)) side.line(line);
    if (!again) for (const line of linesOf(differences ?? [])) side.line(plain(line));
    side.line(
      again
        ? `These files are version ${version.version} already, which is in force.`
        : `Version ${version.version} is in force: runs that begin from now on go by it.`,
    );
    return EXIT.done;
  });
}

type Publication = Extract<MapPublished, { readonly again: boolean }>;

/** Each once; of those that stood in the version before, how many there are. */
function problemLines(
  { terminal: { side }, surroundings }: Context,
  { problems, stayed }: Publication,
): readonly string[] {
  const said = (some: readonly Problem[]): ReadonlySet<string> =>
    new Set(some.map((problem) => complaint(side.paint, problem, surroundings.cwd)));
  const before = said(stayed);
  const fresh = [...said(problems)].filter((line) => !before.has(line));
  if (before.size === 0) return fresh;
  const stay = before.size === 1 ? "stays" : "stay";
  return [
    ...fresh,
    `${count(before.size, "warning")} of the version before ${stay}: muster map check says all.`,
  ];
}

/** It is not in force: others publish the same files. */
function proposed(context: Context, one: MapProposed): number {
  const { answer, side, json } = context.terminal;
  if (json) answer.line(JSON.stringify({ proposed: one }));
  else side.line(waitingLine(one));
  return EXIT.done;
}

function waitingLine({ by, why }: MapProposed): string {
  return plain(
    `Not in force yet: ${by.join(", ")} published these files ("${why}"), and another who may is to publish the same.`,
  );
}

const columnsIn = (zone: string): readonly Column[] => [
  { title: "VERSION" },
  { title: `PUBLISHED (${zone})` },
  { title: "BY", goes: 2 },
  { title: "DIGEST", goes: 1 },
  { title: "WHY" },
];
const DIGEST_SHOWN = 19;

/** `muster map versions`. */
export async function mapVersions(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const versions = (await company.mapVersions()).toReversed();
    const { answer, side, json } = context.terminal;
    const waiting = json ? null : await company.mapProposed();
    if (waiting !== null) side.line(waitingLine(waiting));
    if (json) answer.line(JSON.stringify(versions));
    else if (versions.length === 0)
      side.line('The map was never published: muster map publish --why "…"');
    else {
      const zone = zoneIn(company.folder);
      const rows = versions.map(({ version, at, by, digest, why, with: others = [] }) =>
        [
          `${version}`,
          momentIn(at, zone).slice(0, 16),
          [...others, by].join(", "),
          digest.slice(0, DIGEST_SHOWN),
          why,
        ].map((text) => ({ text: plain(text) })),
      );
      for (const line of tableLines(columnsIn(zone), rows, answer.columns)) answer.line(line);
    }
    return EXIT.done;
  });
}

/** `muster map diff [FROM] [TO]`. */
export async function mapDiff(
  context: Context,
  from: number | undefined,
  to: number | undefined,
): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const compared = await company.mapDifferences(from, to ?? "files");
    if (compared.differences === null) return refuse(context, compared.problems);
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(compared.differences));
    else if (compared.differences.length === 0) side.line("Nothing is another.");
    else for (const line of linesOf(compared.differences)) answer.line(plain(line));
    return EXIT.done;
  });
}

type Differences = NonNullable<MapCompared["differences"]>;

/** What lets more through than before is marked. */
function linesOf(differences: Differences): readonly string[] {
  const marks = { added: "+", removed: "-", changed: "~" } as const;
  const lines = differences.map(
    ({ part, name, kind, words, isWider }) =>
      `${marks[kind]} ${part} ${name}: ${words}${isWider ? "  (may let more through)" : ""}`,
  );
  const wider = differences.filter(({ isWider }) => isWider).length;
  return wider === 0 ? lines : [...lines, `${wider} of them may let more through than before.`];
}
