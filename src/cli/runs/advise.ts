import { type Improvements, RUNS_LEAST } from "../../core/foresight/index.ts";
import { EXIT } from "../exit.ts";
import { fileOf, looksLikeFile, noFile } from "../folder.ts";
import { count, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster runs advise WORKFLOW`: what its past runs show could be better, with figures. */
export async function runsAdvise(context: Context, argument: string): Promise<number> {
  const from = { cwd: context.surroundings.cwd, folder: context.folder };
  const file = fileOf(from, argument);
  if (file === null && looksLikeFile(argument)) return refuse(context, [noFile(from, argument)]);
  return await withCompany(context, { perform: false, file }, async (company) => {
    const found = await company.improvements(file ?? argument);
    if (found === null) return refuse(context, await company.check(file ?? argument));
    const { terminal } = context;
    if (terminal.json) terminal.answer.line(JSON.stringify(found));
    else for (const line of lines(argument, found)) terminal.answer.line(line);
    return EXIT.done;
  });
}

function lines(name: string, { runs, improvements }: Improvements): readonly string[] {
  if (runs < RUNS_LEAST)
    return [`${name}: ${count(runs, "ended run")}; from ${RUNS_LEAST} on they show something.`];
  return [
    ...improvements.flatMap(({ id, message, mend }) => [
      `${plain(message)} (${id})`,
      `  mend: ${plain(mend)}`,
    ]),
    `${name}: ${count(improvements.length, "piece")} of advice from ${count(runs, "run")}`,
  ];
}
