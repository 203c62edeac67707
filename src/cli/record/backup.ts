import { resolve } from "node:path";
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
    if (!json)
      side.line(
        `${count(made.runs, "run")}, ${made.events} events, ${made.bytes} bytes, verified.`,
      );
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
  const runs = restored(from, into, erased);
  const { answer, json } = context.terminal;
  answer.line(json ? JSON.stringify({ folder: into, runs }) : into);
  if (!json) context.terminal.side.line(`${count(runs, "run")} restored.`);
  return EXIT.done;
}
