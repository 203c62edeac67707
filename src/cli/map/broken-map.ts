import type { Company } from "../../engine/company/index.ts";
import { complain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";

/**
 * Says why no map is in force, where the files have one that is wrong: a request is taken all the same,
 * and nothing of what the map says of it is done.
 */
export async function tellBrokenMap(
  { terminal, surroundings }: Context,
  company: Company,
): Promise<void> {
  if (terminal.json || (await company.mapVersions()).length > 0) return;
  const problems = (await company.check("map.yaml")).filter(
    ({ code, severity }) => severity !== "warning" && code !== "not-found",
  );
  complain(terminal, problems, surroundings.cwd);
}
