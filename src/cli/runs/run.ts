import type { Company } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { fileOf, looksLikeFile, noFile } from "../folder.ts";
import { finish } from "../following/finish.ts";
import { complain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { forOneRun, type ReadArtifact, type Said } from "./for-one-run.ts";
import { paramsOf } from "./params.ts";

export type RunOptions = {
  readonly params?: string;
  readonly requestId?: string;
  /** Whose data it works with. */
  readonly subject?: string;
  /** false with `--no-wait`. */
  readonly wait: boolean;
} & Said;

/** `muster run FILE key=value …`: starts a workflow and follows it to its end. */
export async function run(
  context: Context,
  argument: string,
  given: { readonly pairs: readonly string[]; readonly options: RunOptions },
): Promise<number> {
  const from = { cwd: context.surroundings.cwd, folder: context.folder };
  const file = fileOf(from, argument);
  if (file === null && looksLikeFile(argument)) return refuse(context, [noFile(from, argument)]);
  return await withCompany(context, { perform: true, begin: given.options.wait, file }, (company) =>
    runIn(context, company, { name: file ?? argument, ...given }),
  );
}

/** The same in a company that is open. @param told.name of a workflow, or its file */
export async function runIn(
  context: Context,
  company: Company,
  told: {
    readonly name: string;
    readonly pairs: readonly string[];
    readonly options: RunOptions;
  },
): Promise<number> {
  const { terminal, surroundings } = context;
  const { name, pairs, options } = told;
  const workflow = await company.workflow(name);
  if (!workflow) return refuse(context, await why(company, name));
  const file = options.params ?? null;
  const artifact: ReadArtifact = (which) => company.artifact(which);
  const read = paramsOf(workflow, {
    pairs,
    file,
    cwd: surroundings.cwd,
    artifact,
  });
  if ("problems" in read) return refuse(context, read.problems);
  const own = forOneRun(options, surroundings.cwd, artifact);
  if ("problems" in own) return refuse(context, own.problems);
  const result = await company.run(name, read.params, {
    ...own,
    by: surroundings.person,
    origin: read.origin,
    ...(options.requestId === undefined ? {} : { requestId: options.requestId }),
    ...(options.subject === undefined ? {} : { subject: options.subject }),
  });
  if (result.run === null) return refuse(context, result.problems);
  const { run: id, again, warnings } = result;
  if (!terminal.json) {
    complain(terminal, warnings, surroundings.cwd);
    if (again) terminal.side.line(`This request was made before: it is ${id}.`);
  }
  if (options.wait) return await finish(context, company, { run: id, shownFrom: 0 });
  terminal.answer.line(terminal.json ? JSON.stringify({ run: id, again }) : id);
  return EXIT.done;
}

async function why(company: Company, name: string): ReturnType<Company["check"]> {
  const problems = await company.check(name);
  const errors = problems.some((problem) => problem.severity !== "warning");
  if (errors) return problems;
  return [
    {
      code: "not-found",
      message: `There is no workflow "${name}" in ${company.folder}.`,
      mend: "Give a workflow's file, or a name from the workflows folder.",
    },
  ];
}
