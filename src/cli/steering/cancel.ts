import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { withRun } from "../with-run.ts";
import { type SteerOptions, steer } from "./steer.ts";

export type RunsCancelOptions = SteerOptions & { readonly rollback: boolean };

/** `muster runs cancel RUN --why WHY [--rollback]`: nothing new begins; what is in flight is stopped or awaited. */
export async function runsCancel(
  context: Context,
  name: string,
  options: RunsCancelOptions,
): Promise<number> {
  const { why, rollback } = options;
  const tell = async () => [{ type: "cancel", why, rollback } as const];
  const code = await steer(context, { name, options, tell, follows: true });
  if (code !== EXIT.failed && code !== EXIT.timedOut) return code;
  return await withRun(context, { name, perform: false }, async (company, run) => {
    const status = company.standing(run)?.status;
    if (status === "cancelled" || status === "rolled back") return EXIT.done;
    return company.standing(run)?.endedAt === null ? EXIT.waits : EXIT.conflict;
  });
}
