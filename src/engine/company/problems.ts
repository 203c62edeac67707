import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Problem } from "../../core/problem.ts";
import { CHANNELS_FILE, readChannels } from "../notify/index.ts";
import { MAP_FILE } from "./map-file.ts";
import type { Office } from "./office.ts";
import { PEOPLE_FILE } from "./people-file.ts";

/**
 * Every problem of a workflow or an agent, by name or file, or of the whole folder. A definition
 * that is not there is one problem.
 */
export async function problemsOf(
  { folder, library, staff }: Office,
  nameOrFile: string | undefined,
): Promise<readonly Problem[]> {
  const { files, who } = await staff();
  const agents = files.problems;
  if (nameOrFile === undefined) {
    const workflows = await library.files();
    const { problems: inMap } = await library.map();
    return [
      ...inMap,
      ...readChannels(folder).problems,
      ...who.problems,
      ...[...agents.values()].flat(),
      ...workflows.flatMap(({ problems }) => problems),
    ];
  }
  const path = resolve(folder, nameOrFile);
  if (existsSync(path)) {
    const inChannels = readChannels(folder).problems;
    const { problems: inMap } = await library.map();
    const ofFile = inChannels.filter(({ where }) => where && join(folder, where.file) === path);
    if (join(folder, MAP_FILE) === path) return [...inMap, ...ofFile];
    if (join(folder, CHANNELS_FILE) === path) return ofFile;
    if (join(folder, PEOPLE_FILE) === path) return who.problems;
  }
  for (const [file, problems] of agents) if (join(folder, file) === path) return problems;
  const found = await library.find(nameOrFile);
  if (found !== null) return found.problems;
  for (const [file, problems] of agents)
    if (file.replace(/^agents\/(.*)\.ya?ml$/, "$1") === nameOrFile) return problems;
  return [
    {
      code: "not-found",
      message: `There is no workflow, agent or file "${nameOrFile}" in ${folder}.`,
      mend: "Give a file, or a name from the folders workflows and agents.",
    },
  ];
}
