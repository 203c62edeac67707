import type { Advice } from "../core/foresight/index.ts";
import type { Problem } from "../core/problem.ts";
import { EXIT } from "./exit.ts";
import { fileOf, looksLikeFile, noFile } from "./folder.ts";
import { complaint, count, hint, problemJson } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/**
 * `muster check [FILE]`: every problem of a file or of the whole folder, at once, and what could be
 * better: all of it for a file, for a folder how much there is.
 */
export async function check(
  context: Context,
  argument: string | null,
  options: { readonly advice?: boolean } = {},
): Promise<number> {
  const from = { cwd: context.surroundings.cwd, folder: context.folder };
  const file = argument === null ? null : fileOf(from, argument);
  if (argument !== null && file === null && looksLikeFile(argument))
    return refuse(context, [noFile(from, argument)]);
  return await withCompany(context, { perform: false, log: false, file }, async (company) => {
    const name = file ?? argument ?? undefined;
    const problems = await company.check(name);
    const advice = await company.advice(name);
    const isWhole = argument === null && options.advice !== true;
    return report(context, { problems, advice, isWhole, what: argument ?? company.folder });
  });
}

/** `muster map check`: of the map, with all of its files. */
export async function checkMap(context: Context): Promise<number> {
  return await withCompany(context, { perform: false, log: false }, async (company) => {
    const problems = await company.check("map.yaml");
    return report(context, { problems, advice: [], isWhole: false, what: "map.yaml" });
  });
}

type Found = {
  readonly problems: readonly Problem[];
  readonly advice: readonly Advice[];
  /** Of a whole folder: advice is counted, not listed. */
  readonly isWhole: boolean;
  readonly what: string;
};

function report(context: Context, { problems, advice, isWhole, what }: Found): number {
  const { terminal, surroundings } = context;
  const errors = problems.filter((problem) => problem.severity !== "warning").length;
  const warnings = problems.length - errors;
  const { answer } = terminal;
  if (terminal.json)
    answer.line(JSON.stringify({ ok: errors === 0, problems: problems.map(problemJson), advice }));
  else {
    // What must be mended first comes first.
    const isWarning = ({ severity }: Problem): number => (severity === "warning" ? 1 : 0);
    const ordered = problems.toSorted((one, other) => isWarning(one) - isWarning(other));
    for (const problem of ordered) answer.line(complaint(answer.paint, problem, surroundings.cwd));
    if (!isWhole) for (const one of advice) answer.line(hint(answer.paint, one, surroundings.cwd));
    const found = `${count(errors, "error")}, ${count(warnings, "warning")}`;
    answer.line(`${what}: ${problems.length === 0 ? "nothing is wrong" : found}`);
    if (isWhole && advice.length > 0)
      answer.line(`${count(advice.length, "piece")} of advice: muster check --advice`);
  }
  if (errors === 0) return EXIT.done;
  return problems.every(({ code }) => code === "not-found") ? EXIT.notFound : EXIT.usage;
}
