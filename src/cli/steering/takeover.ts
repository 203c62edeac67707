import type { Context } from "../surroundings.ts";
import { type StepOptions, tellStep } from "./tell-step.ts";

/** `muster runs takeover RUN STEP --why WHY`: a person takes a step from its agent, whose attempt is stopped. */
export async function runsTakeover(
  context: Context,
  name: string,
  options: StepOptions,
): Promise<number> {
  const { why } = options;
  return await tellStep(context, name, {
    options,
    follows: false,
    told: (path) => ({ type: "take", path, why }),
  });
}
