import type { Problem } from "../core/problem.ts";
import { EXIT } from "./exit.ts";
import { fileOf, looksLikeFile, noFile } from "./folder.ts";
import { complaint, count, problemJson } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/** `muster check [FILE]`: every problem of a file or of the whole folder, at once. */
export async function check(context: Context, argument: string | null): Promise<number> {
  const from = { cwd: context.surroundings.cwd, folder: context.folder };
  const file = argument === null ? null : fileOf(from, argument);
  if (argument !== null && file === null && looksLikeFile(argument))
    return refuse(context, [noFile(from, argument)]);
  return await withCompany(context, { perform: false, log: false, file }, async (company) => {
    const problems = await company.check(file ?? argument ?? undefined);
    return report(context, problems, argument ?? company.folder);
  });
}

function report(context: Context, problems: readonly Problem[], what: string): number {
  const { terminal, surroundings } = context;
  const errors = problems.filter((problem) => problem.severity !== "warning").length;
  const warnings = problems.length - errors;
  const { answer } = terminal;
  if (terminal.json)
    answer.line(JSON.stringify({ ok: errors === 0, problems: problems.map(problemJson) }));
  else {
    for (const problem of problems) answer.line(complaint(answer.paint, problem, surroundings.cwd));
    const found = `${count(errors, "error")}, ${count(warnings, "warning")}`;
    answer.line(`${what}: ${problems.length === 0 ? "nothing is wrong" : found}`);
  }
  if (errors === 0) return EXIT.done;
  return problems.every(({ code }) => code === "not-found") ? EXIT.notFound : EXIT.usage;
}
