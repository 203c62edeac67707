import { effectiveSettings, type Setting } from "../../../core/definition/index.ts";
import type { Library } from "./library.ts";

/** What holds in a workflow, or in the company where none is named; null where it cannot be told. */
export async function settingsOf(
  library: Library,
  nameOrFile: string | undefined,
): Promise<readonly Setting[] | null> {
  if (nameOrFile !== undefined) {
    const workflow = (await library.find(nameOrFile))?.workflow;
    return workflow ? effectiveSettings(workflow.settings ?? []) : null;
  }
  const { defaults, problems } = await library.map();
  if (problems.some(({ severity }) => severity !== "warning")) return null;
  return effectiveSettings(
    defaults.map(({ path, value, origin, where }) => ({
      key: path.join("."),
      value,
      origin,
      where,
    })),
  );
}
