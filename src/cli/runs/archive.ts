import { parseDuration } from "../../core/definition/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { Archiving, ArchivingDone } from "../../engine/company/index.ts";
import { EXIT, exitOfProblem } from "../exit.ts";
import { complain, count, problemJson } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { runNamed } from "./run-name.ts";

export type ArchiveOptions = { readonly olderThan?: string };

/** `muster runs archive RUN`, or `--older-than 30d`: takes ended runs out of the log, each into a file. */
export async function runsArchive(
  context: Context,
  name: string | null,
  { olderThan }: ArchiveOptions,
): Promise<number> {
  if ((name === null) === (olderThan === undefined)) return refuse(context, [WHICH]);
  const age = parseDuration(olderThan ?? 0);
  if (!age.ok) return refuse(context, [noDuration(olderThan ?? "", age.why)]);
  // Nothing of the runs that go on is begun for it.
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const run = name === null ? null : runNamed(company, name);
    if (run !== null && typeof run !== "string") return refuse(context, [run]);
    const what: Archiving = run === null ? { olderThanMs: age.ms } : { run };
    let done = await company.archive(what);
    while (done.isMore && done.problems.length === 0)
      done = joined(done, await company.archive(what));
    return report(context, done);
  });
}

function joined(one: ArchivingDone, two: ArchivingDone): ArchivingDone {
  return { ...two, before: one.before, archived: [...one.archived, ...two.archived] };
}

function report(context: Context, done: ArchivingDone): number {
  const { terminal, surroundings } = context;
  const { archived, problems, before, after } = done;
  if (terminal.json)
    terminal.answer.line(
      JSON.stringify({ archived, before, after, problems: problems.map(problemJson) }),
    );
  else {
    for (const { file } of archived) terminal.answer.line(file);
    terminal.side.line(`${count(archived.length, "run")} archived; ${shortened(before, after)}.`);
    complain(terminal, problems, surroundings.cwd);
  }
  const error = problems.find(({ severity }) => severity !== "warning");
  return error === undefined ? EXIT.done : exitOfProblem(error.code);
}

function shortened(before: number, after: number): string {
  if (after < before) return `the log went from ${before} to ${after} bytes`;
  return `the log keeps its ${after} bytes, and fills what is free in them first`;
}

const WHICH: Problem = {
  code: "bad-input",
  message: "Which runs are to be archived is not said.",
  mend: "Name one: muster runs archive RUN. Or all that ended long ago: muster runs archive --older-than 30d",
};

function noDuration(text: string, why: string): Problem {
  return {
    code: "bad-input",
    message: `"${text}" is no duration: ${why}.`,
    mend: "Write it as 30d, 12h or 90 days.",
  };
}
