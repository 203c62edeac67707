import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { outputsIn } from "./outputs-file.ts";
import { type StepOptions, tellStep } from "./tell-step.ts";

/** `muster runs give RUN STEP FILE --why WHY`: a person gives a step's outputs in the place of its agent. */
export async function runsGive(
  context: Context,
  name: string,
  options: StepOptions & { readonly file: string },
): Promise<number> {
  const { why, file } = options;
  const output = outputsIn(context.surroundings.cwd, file);
  if ("code" in output) return refuse(context, [output]);
  return await tellStep(context, name, {
    options,
    follows: true,
    told: (path) => ({ type: "give", path, output, why }),
  });
}
