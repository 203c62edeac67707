import type { Context } from "../surroundings.ts";
import { type RunsCancelOptions, runsCancel } from "./cancel.ts";

/** `muster runs rollback RUN --why WHY`: undoes what was done, newest first; also of a run that has ended. */
export async function runsRollback(
  context: Context,
  name: string,
  options: Omit<RunsCancelOptions, "rollback">,
): Promise<number> {
  return await runsCancel(context, name, { ...options, rollback: true });
}
