import type { Context } from "../surroundings.ts";
import { type StepOptions, tellStep } from "./tell-step.ts";

/** `muster runs handback RUN STEP --why WHY`: a step that a person has in hand is tried by its agent again. */
export async function runsHandback(
  context: Context,
  name: string,
  options: StepOptions,
): Promise<number> {
  const { why } = options;
  return await tellStep(context, name, {
    options,
    follows: true,
    told: (path) => ({ type: "handback", path, why }),
  });
}
