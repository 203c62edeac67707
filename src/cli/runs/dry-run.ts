import { EXIT } from "../exit.ts";
import { fileOf, looksLikeFile, noFile } from "../folder.ts";
import { complain, foresightLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { forOneRun, type ReadArtifact, type Said } from "./for-one-run.ts";
import { paramsOf } from "./params.ts";

export type DryRunOptions = {
  readonly params?: string;
  readonly rehearsals?: number;
  readonly seed?: number;
} & Said;

/** `muster dry-run FILE key=value …`: what a run would do. Nothing is performed, and nothing is written. */
export async function dryRun(
  context: Context,
  argument: string,
  { pairs, options }: { readonly pairs: readonly string[]; readonly options: DryRunOptions },
): Promise<number> {
  const { terminal, surroundings } = context;
  const { cwd } = surroundings;
  const file = fileOf({ cwd, folder: context.folder }, argument);
  if (file === null && looksLikeFile(argument))
    return refuse(context, [noFile({ cwd, folder: context.folder }, argument)]);
  return await withCompany(context, { perform: false, file }, async (company) => {
    const name = file ?? argument;
    const workflow = await company.workflow(name);
    if (workflow === null) return refuse(context, await company.check(name));
    const artifact: ReadArtifact = (which) => company.artifact(which);
    const read = paramsOf(workflow, {
      pairs,
      file: options.params ?? null,
      cwd,
      artifact,
    });
    if ("problems" in read) return refuse(context, read.problems);
    const own = forOneRun(options, cwd, artifact);
    if ("problems" in own) return refuse(context, own.problems);
    const { rehearsals, seed } = options;
    const found = await company.foresee(name, read.params, {
      ...own,
      ...(rehearsals === undefined ? {} : { rehearsals }),
      ...(seed === undefined ? {} : { seed }),
    });
    if (found.foresight === null) return refuse(context, found.problems);
    if (terminal.json) terminal.answer.line(JSON.stringify(found.foresight));
    else {
      complain(terminal, found.warnings, cwd);
      for (const line of foresightLines(found.foresight, terminal.answer))
        terminal.answer.line(line);
    }
    return EXIT.done;
  });
}
