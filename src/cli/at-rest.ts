import type { RunId } from "../core/id.ts";
import type { Company } from "../engine/company/index.ts";
import { commandIn } from "./command.ts";
import type { Context } from "./surroundings.ts";

/** What a process brings, and no person: without one, it does not come. */
const BROUGHT: ReadonlySet<string> = new Set([
  "place",
  "resource",
  "rate",
  "agent",
  "timer",
  "child",
  "use",
]);

/** What a person brings, by the command that is named with it. */
const PEOPLE: ReadonlySet<string> = new Set(["gate", "exception"]);

/**
 * Why nothing of a run moves although nothing is wrong with it: no process is at work in the folder.
 *
 * @returns null where one is, or where the run waits for people and events alone
 */
export async function atRestLine(
  context: Context,
  company: Company,
  run: RunId,
): Promise<string | null> {
  const standing = company.standing(run);
  if (!standing || standing.endedAt !== null || company.isAtWork()) return null;
  const waiting = (await company.waiting(run)) ?? [];
  if (waiting.length > 0 && !waiting.some(({ kind }) => BROUGHT.has(kind))) return null;
  const resume = commandIn(context, company.folder)(`runs resume ${run}`);
  const asksPeople = waiting.some(({ kind }) => PEOPLE.has(kind));
  const what = asksPeople ? "what waits for no person" : "the run";
  return `No process is at work in ${company.folder}; ${what} goes on with: ${resume}`;
}
