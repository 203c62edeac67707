import { join } from "node:path";
import { parseRunId } from "../../core/id.ts";
import { finish } from "../following/finish.ts";
import { runIn } from "../runs/run.ts";
import type { Context } from "../surroundings.ts";
import { withCompany } from "../with-company.ts";

export const ONBOARDING = "customer-onboarding";
const WORKFLOW = "customer-onboarding-automation";
/** Runs that an unfinished one is looked for in, newest first. */
const RUNS_SEARCHED_MOST = 100;

/**
 * `npm start -- start customer-onboarding`: a real onboarding of fifty customers, to its end. A run that was interrupted, even by
 * a kill, is found unfinished and goes on; only when there is none a new one is started.
 */
export async function startOnboarding(context: Context): Promise<number> {
  const folder = join(context.surroundings.packs, ONBOARDING);
  const say = (text: string): void => {
    if (!context.terminal.json) context.terminal.side.line(text);
  };
  return await withCompany({ ...context, folder }, { perform: true }, async (company) => {
    const [left] = company
      .runs({ workflow: WORKFLOW, parent: null, most: RUNS_SEARCHED_MOST })
      .filter((standing) => standing.endedAt === null);
    const unfinished = left && parseRunId(left.stream);
    if (unfinished) {
      say(`${unfinished} was left unfinished at ${left.done} of ${left.expected}; it goes on.`);
      return await finish(context, company, { run: unfinished });
    }
    say(`${WORKFLOW} in ${folder}. Stop it at any moment: the same command goes on with it.`);
    return await runIn(context, company, { name: WORKFLOW, pairs: [], options: { wait: true } });
  });
}
