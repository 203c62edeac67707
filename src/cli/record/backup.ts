import { join, resolve } from "node:path";
import { restore as restored } from "../../engine/backup/index.ts";
import { erasuresIn } from "../../engine/sealing/index.ts";
import { EXIT } from "../exit.ts";
import { count } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster backup FILE`: the whole state of a company in one verified file, while its runs go on. */
export async function backup(context: Context, file: string): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const made = await company.backup(resolve(context.surroundings.cwd, file));
    if (made.file === null) return refuse(context, [made.problem]);
    const { answer, side, json } = context.terminal;
    answer.line(json ? JSON.stringify(made) : made.file);
    if (!json) side.line(`${holds(made)}, ${made.events} events, ${made.bytes} bytes, verified.`);
    if (!json && made.sealed > 0) side.line(notHere("Keep a copy of", "apart from it"));
    return EXIT.done;
  });
}

/** `muster restore FILE DIR`: puts a backup into a company's folder that has no log yet. */
export async function restore(
  context: Context,
  { file, folder, erasures }: { file: string; folder: string; erasures?: string },
): Promise<number> {
  const { cwd } = context.surroundings;
  const erased = erasures === undefined ? [] : erasuresIn(resolve(cwd, erasures));
  const [from, into] = [resolve(cwd, file), resolve(cwd, folder)];
  const { runs, cases, sealed } = restored(from, into, erased);
  const { answer, side, json } = context.terminal;
  answer.line(json ? JSON.stringify({ folder: into, runs, cases, sealed }) : into);
  if (!json) side.line(`${holds({ runs, cases })} restored.`);
  if (!json && sealed > 0) side.line(notHere("Put", `into ${join(into, ".muster")}`));
  return EXIT.done;
}

function holds({ runs, cases }: { readonly runs: number; readonly cases: number }): string {
  return cases === 0 ? count(runs, "run") : `${count(runs, "run")} and ${count(cases, "case")}`;
}

/** What is sealed in a backup reads as what was erased, until its keys are there. */
function notHere(act: string, where: string): string {
  return `What it holds of persons is sealed, and the keys are not in it. ${act} .muster/keys and .muster/keys.sqlite ${where}; without them it reads as [erased].`;
}
