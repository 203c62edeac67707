import type { Problem } from "../core/problem.ts";
import type { Company } from "../engine/company/index.ts";
import { asTyped } from "./command.ts";
import { exitOfProblem } from "./exit.ts";
import { folderOf } from "./folder.ts";
import { complain, plain } from "./output/index.ts";
import type { Context } from "./surroundings.ts";

/** Opens the company's folder for one verb and closes it, whatever happens. @returns the exit code */
export async function withCompany(
  context: Context,
  options: {
    readonly perform: boolean;
    /** false with `--no-wait`: what is told is kept, and nothing is begun. */
    readonly begin?: boolean;
    readonly file?: string | null;
    /** false: the verb is about files alone, and the log may be unreadable. */
    readonly log?: boolean;
  },
  verb: (company: Company) => Promise<number>,
): Promise<number> {
  const { cwd, openCompany } = context.surroundings;
  const { perform, begin = true, file = null, log = true } = options;
  const found = folderOf(context.surroundings, { given: context.folder, file });
  if ("code" in found) return refuse(context, [found]);
  const { terminal } = context;
  if (found.pack && !terminal.json)
    terminal.side.line(`There is no company in ${cwd}: this is about the pack in ${found.folder}.`);
  await using company = await openCompany(found.folder, {
    perform,
    begin,
    memory: !log,
    trouble: (problem) => complain(terminal, [problem], cwd),
    line: ({ agent, text }) => {
      // A live tree is redrawn in place; a line between would tear it.
      if (!terminal.json && !terminal.side.isLive)
        terminal.side.line(`${plain(agent)}: ${plain(text)}`);
    },
    progress: ({ line: update }) => {
      if (!terminal.side.isLive) terminal.side.line(plain(update));
    },
  });
  return await verb(company);
}

/** Says what is wrong. @returns the exit code of the first error */
export function refuse(context: Context, problems: readonly Problem[]): number {
  const typed = problems.map((problem) =>
    problem.mend ? { ...problem, mend: asTyped(context, context.folder, problem.mend) } : problem,
  );
  complain(context.terminal, typed, context.surroundings.cwd);
  const first = problems.find((problem) => problem.severity !== "warning") ?? problems[0];
  return exitOfProblem(first?.code ?? "bug");
}
