import type { Context } from "../surroundings.ts";
import { type StepOptions, tellStep } from "./tell-step.ts";

/** `muster runs skip RUN STEP --why WHY`: goes on without a step that waits, failed, or has not begun. */
export async function runsSkip(
  context: Context,
  name: string,
  options: StepOptions,
): Promise<number> {
  const { why } = options;
  return await tellStep(context, name, {
    options,
    follows: true,
    told: (path) => ({ type: "skip", path, why }),
  });
}
