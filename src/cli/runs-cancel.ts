import { statusOf } from "../core/history/index.ts";
import { EXIT } from "./exit.ts";
import { answer } from "./finish.ts";
import { follow } from "./follow.ts";
import { showRun } from "./show.ts";
import type { Context } from "./surroundings.ts";
import { refuse } from "./with-company.ts";
import { withRun } from "./with-run.ts";

/** `muster runs cancel RUN --reason WHY [--rollback]`: nothing new begins; what is in flight is stopped or awaited. */
export async function runsCancel(
  context: Context,
  name: string,
  options: { readonly reason: string; readonly rollback: boolean },
): Promise<number> {
  return await withRun(context, { name, perform: true }, async (company, run) => {
    const { surroundings } = context;
    const told = { type: "cancel", why: options.reason, rollback: options.rollback } as const;
    const problems = await company.send(run, told, { by: surroundings.person });
    if (problems.length > 0) return refuse(context, problems);
    const show = showRun(context);
    const { history, interrupted } = await follow(company, run, { surroundings, show });
    await answer(context, company, history);
    const status = statusOf(history);
    if (status === "cancelled" || status === "rolled back") return EXIT.done;
    if (interrupted) return EXIT.interrupted;
    return history.outcome === null ? EXIT.waits : EXIT.conflict;
  });
}
