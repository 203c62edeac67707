import type { Advice } from "../core/foresight/index.ts";
import type { Problem } from "../core/problem.ts";
import type { Company } from "../engine/company/index.ts";

/** What an example company says of its definitions. */
export type Checked = {
  readonly problems?: readonly Problem[];
  readonly advice?: readonly Advice[];
};

export function checkOf({
  problems = [],
  advice = [],
}: Checked): Pick<Company, "advice" | "check" | "foresee" | "improvements"> {
  return {
    check: async () => problems,
    advice: async () => advice,
    improvements: async () => null,
    foresee: async () => ({ foresight: null, problems: [] }),
  };
}
