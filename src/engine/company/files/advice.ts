import { type Advice, advise } from "../../../core/foresight/index.ts";
import type { Office } from "../office.ts";

/**
 * What could be better about a workflow, by name or file, or about every workflow of the folder. What
 * is wrong is not here: a workflow with an error is given no advice.
 */
export async function adviceOf(
  { library, staff }: Office,
  nameOrFile: string | undefined,
): Promise<readonly Advice[]> {
  const { definitions } = (await staff()).files;
  if (nameOrFile === undefined)
    return (await library.files()).flatMap(({ workflow }) =>
      workflow === null ? [] : advise(workflow, definitions),
    );
  const found = await library.find(nameOrFile);
  if (found === null || found.workflow === null) return [];
  return advise(found.workflow, found.isLone === true ? null : definitions);
}
