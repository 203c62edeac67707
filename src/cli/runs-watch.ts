import { MusterError } from "../core/problem.ts";
import { conclude, finish } from "./finish.ts";
import { lookOn } from "./follow.ts";
import { showRun } from "./show.ts";
import type { Context } from "./surroundings.ts";
import { withRun } from "./with-run.ts";

/** `muster runs watch RUN`: follows a run as it goes on, to its end, in this process or in the one that holds the folder. */
export async function runsWatch(context: Context, name: string): Promise<number> {
  try {
    return await withRun(context, { name, perform: true }, (company, run) =>
      finish(context, company, { run }),
    );
  } catch (error) {
    if (!(error instanceof MusterError) || error.code !== "locked") throw error;
    return await watchOther(context, name);
  }
}

async function watchOther(context: Context, name: string): Promise<number> {
  return await withRun(context, { name, perform: false }, async (company, run) => {
    const { surroundings } = context;
    const followed = await lookOn(company, run, { surroundings, show: showRun(context) });
    return await conclude(context, company, {
      ...followed,
      run,
      how: `${run} goes on in its process.`,
    });
  });
}
