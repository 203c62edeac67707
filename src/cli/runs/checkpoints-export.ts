import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { withRun } from "../with-run.ts";

/** `muster checkpoints export RUN cp_3 > file`: one JSON document that can be imported elsewhere. */
export async function checkpointsExport(
  context: Context,
  name: string,
  id: string,
): Promise<number> {
  return await withRun(context, { name, perform: false }, async (company, run) => {
    const exported = await company.exportCheckpoint(run, id);
    if (exported.document === undefined) return refuse(context, exported.problems);
    context.terminal.answer.line(exported.document);
    return EXIT.done;
  });
}
