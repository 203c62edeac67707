import type { Told } from "../../core/machine/index.ts";
import type { Context } from "../surroundings.ts";
import { pathOf, type SteerOptions, steer } from "./steer.ts";

/** What every verb about one step of a run takes. */
export type StepOptions = SteerOptions & {
  /** Its path, or the id at the path's end. */
  readonly step: string;
};

/** Tells a run something about one of its steps. @returns the exit code */
export async function tellStep(
  context: Context,
  name: string,
  how: {
    readonly options: StepOptions;
    readonly follows: boolean;
    readonly told: (path: string) => Told;
  },
): Promise<number> {
  const { options, follows, told } = how;
  return await steer(context, {
    name,
    options,
    follows,
    tell: async (company, run) => {
      const path = await pathOf(company, run, options.step);
      return typeof path === "string" ? [told(path)] : path;
    },
  });
}
