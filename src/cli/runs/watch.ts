import { finish } from "../following/finish.ts";
import type { Context } from "../surroundings.ts";
import { withRun } from "../with-run.ts";

/** `muster runs watch RUN`: follows a run as it goes on, to its end, in this process or in the one at work. */
export async function runsWatch(context: Context, name: string): Promise<number> {
  return await withRun(context, { name, perform: true }, (company, run) =>
    finish(context, company, { run }),
  );
}
