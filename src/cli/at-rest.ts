import type { RunId } from "../core/id.ts";
import type { Company } from "../engine/company/index.ts";
import { commandIn } from "./command.ts";
import type { Context } from "./surroundings.ts";

/** States in which a run moves by itself, where a process is at work. */
const MOVING: ReadonlySet<string> = new Set(["accepted", "running", "waiting"]);

/** Why nothing of a run moves although nothing is wrong with it: no process is at work. null where one is, or it moves only by people. */
export function atRestLine(context: Context, company: Company, run: RunId): string | null {
  const standing = company.standing(run);
  if (!standing || !MOVING.has(standing.status) || company.isAtWork()) return null;
  const resume = commandIn(context, company.folder)(`runs resume ${run}`);
  return `No process is at work in ${company.folder}; the run goes on with: ${resume}`;
}
