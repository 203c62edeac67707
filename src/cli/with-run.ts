import type { RunId } from "../core/id.ts";
import type { Company } from "../engine/company/index.ts";
import { runNamed } from "./run-name.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/** Opens the company's folder for a verb about one run. @returns the exit code */
export async function withRun(
  context: Context,
  told: { readonly name: string; readonly perform: boolean; readonly begin?: boolean },
  verb: (company: Company, run: RunId) => Promise<number>,
): Promise<number> {
  const { name, ...how } = told;
  return await withCompany(context, how, async (company) => {
    const run = runNamed(company, name);
    return typeof run === "string" ? await verb(company, run) : refuse(context, [run]);
  });
}
