import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../../core/problem.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { whyUnread } from "../unread.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster checkpoints import FILE`: makes a run of it here, which waits until somebody resumes it. */
export async function checkpointsImport(context: Context, file: string): Promise<number> {
  const { surroundings, terminal } = context;
  const text = textOf(resolve(surroundings.cwd, file));
  if (typeof text !== "string") return refuse(context, [text]);
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const imported = await company.importCheckpoint(text, { by: surroundings.person });
    if (imported.run === null) return refuse(context, imported.problems);
    const { run, source, again } = imported;
    if (terminal.json) terminal.answer.line(JSON.stringify({ run, source, again }));
    else {
      const resume = commandIn(context, company.folder)(`runs resume ${run}`);
      terminal.side.line(
        again
          ? `This checkpoint was imported before: it is ${run}.`
          : `The new run begins where ${source} was, and waits. It goes on with: ${resume}`,
      );
      terminal.answer.line(run);
    }
    return EXIT.done;
  });
}

function textOf(path: string): string | Problem {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const why = whyUnread(error);
    return {
      code: "not-found",
      message: `${path} cannot be read: ${why}`,
      mend: "Give a file that muster checkpoints export has written.",
    };
  }
}
