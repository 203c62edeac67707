import { MAP_FILE, statementProblems } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import { openToolbox } from "../../tools/index.ts";
import type { MapNow } from "./maps.ts";

/** All statements of a map together are looked at for so long. */
const LOOK_MS_MOST = 30_000;

/**
 * What databases in files of ours say of the statements in a map: each is read by them, and none is done.
 * One that is not there is imagined by its setup; nobody is asked over a network.
 */
export async function statementProblemsIn(
  folder: string,
  { readable, files }: Pick<MapNow, "readable" | "files">,
): Promise<readonly Problem[]> {
  const file = files.find((one) => one.file === MAP_FILE);
  const tools = Object.values(readable?.tools ?? {}).filter(
    ({ system }) => ownOf(readable?.systems, system)?.kind === "sql",
  );
  if (readable === null || file === undefined || tools.length === 0) return [];
  const toolbox = openToolbox({ folder, map: readable });
  try {
    const abort = AbortSignal.timeout(LOOK_MS_MOST);
    const found = [];
    for (const { name } of tools)
      found.push(...(await toolbox.prepare({ tool: name, onlyHere: true }, abort)));
    return statementProblems(file, found);
  } finally {
    await toolbox.close();
  }
}
