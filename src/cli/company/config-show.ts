import type { Setting } from "../../core/definition/index.ts";
import { EXIT } from "../exit.ts";
import { fileOf, looksLikeFile, noFile } from "../folder.ts";
import { settingLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster config show [WORKFLOW]`: the settings that hold, each with whose it is and where it stands. */
export async function configShow(
  context: Context,
  argument: string | null,
  { origin }: { readonly origin: boolean },
): Promise<number> {
  const from = { cwd: context.surroundings.cwd, folder: context.folder };
  const file = argument === null ? null : fileOf(from, argument);
  if (argument !== null && file === null && looksLikeFile(argument))
    return refuse(context, [noFile(from, argument)]);
  return await withCompany(context, { perform: false, log: false, file }, async (company) => {
    const name = file ?? argument ?? undefined;
    const settings = await company.settings(name);
    if (settings === null) return refuse(context, await company.check(name ?? "map.yaml"));
    const { terminal } = context;
    if (terminal.json) terminal.answer.line(JSON.stringify(settings.map(settingJson)));
    else for (const line of settingLines(settings, origin)) terminal.answer.line(line);
    return EXIT.done;
  });
}

function settingJson({ key, value, origin, where }: Setting): object {
  return { key, value, origin, where };
}
