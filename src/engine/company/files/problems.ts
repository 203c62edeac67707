import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { nearest } from "../../../core/expression/index.ts";
import { CALENDAR_FILE, MAP_FILE, PEOPLE_FILE } from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { CHANNELS_FILE, readChannels, unheardRules } from "../../notify/index.ts";

import { statementProblemsIn } from "../map/statements.ts";
import type { Office } from "../office.ts";
import type { Staff } from "../staff/staff.ts";
import type { AgentFiles } from "./agent-files.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/**
 * Every problem of a workflow or an agent, by name or file, or of the whole folder. A definition
 * that is not there is one problem.
 */
export async function problemsOf(
  { folder, library, maps, staff }: Office,
  nameOrFile: string | undefined,
): Promise<readonly Problem[]> {
  const { files, who, posts } = await staff();
  const agents = agentProblems({ files, posts });
  if (nameOrFile === undefined) {
    const workflows = await library.files();
    const now = await maps.now();
    const { problems: inMap, files: mapFiles } = now;
    return [
      // What is wrong with a workflow is told at its file here.
      ...inMap.filter(({ code }) => code !== "broken-workflow"),
      ...(await statementProblemsIn(folder, now)),
      ...readChannels(folder).problems,
      ...(mapFiles.length === 0 ? who.problems : []),
      ...[...agents.values()].flat(),
      ...workflows.flatMap((file) => [...file.problems, ...unheard(folder, file)]),
    ];
  }
  const path = resolve(folder, nameOrFile);
  // Also a link that leads nowhere.
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    const inChannels = readChannels(folder).problems;
    const now = await maps.now();
    const { problems: inMap } = now;
    const ofFile = inChannels.filter(({ where }) => where && join(folder, where.file) === path);
    const own = inMap.filter(({ where }) => where && join(folder, where.file) === path);
    // The map is all of its files together.
    if (join(folder, MAP_FILE) === path)
      return [...inMap, ...(await statementProblemsIn(folder, now)), ...ofFile];
    if (join(folder, CALENDAR_FILE) === path || path.startsWith(join(folder, "tables"))) return own;
    if (join(folder, CHANNELS_FILE) === path) return ofFile;
    if (join(folder, PEOPLE_FILE) === path) return who.problems;
  }
  for (const [file, problems] of agents) if (join(folder, file) === path) return problems;
  const workflow = await library.find(nameOrFile);
  if (workflow !== null) return [...workflow.problems, ...unheard(folder, workflow)];
  for (const [file, problems] of agents)
    if (file.replace(/^agents\/(.*)\.ya?ml$/, "$1") === nameOrFile) return problems;
  const names = [
    ...(await library.files()).flatMap(({ workflow }) => workflow?.name ?? []),
    ...files.definitions.map(({ name }) => name),
  ];
  return [nothingCalled(nameOrFile, names, folder)];
}

function nothingCalled(name: string, names: readonly string[], folder: string): Problem {
  const near = nearest(name, names);
  const meant = near === null ? "" : `Did you mean "${near}"? `;
  return {
    code: "not-found",
    message: `There is no workflow, agent or file "${name}" in ${folder}.`,
    mend: `${meant}Give a file, or a name from the folders workflows and agents.`,
  };
}

const MEND_MODULE = "Mend the module, or name another one in this file.";

/** By the file of each agent: what is wrong with it, and why its module could not be loaded. */
function agentProblems({ files, posts }: Pick<Staff, "files" | "posts">): AgentFiles["problems"] {
  const problems = new Map(files.problems);
  for (const { name, where } of files.definitions) {
    const message = posts.post(name)?.agent.broken;
    if (message === undefined) continue;
    problems.set(where.file, [
      ...(problems.get(where.file) ?? []),
      { code: "unhealthy-agent", message, mend: MEND_MODULE, where },
    ]);
  }
  return problems;
}

/** Rules that would tell nobody. One that is checked by itself has no company. */
export function unheard(
  folder: string,
  { workflow, isLone }: Pick<WorkflowFile, "workflow" | "isLone">,
): readonly Problem[] {
  const tells = workflow?.rules?.some(({ notify }) => notify.length > 0) === true;
  if (workflow === null || !tells || isLone === true) return [];
  const { where } = workflow.root;
  return unheardRules(workflow, readChannels(folder), process.env).map((problem) => ({
    ...problem,
    where,
  }));
}
