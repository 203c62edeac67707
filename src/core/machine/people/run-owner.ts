import { isObject } from "../../json.ts";
import type { Draft } from "../draft.ts";
import { load } from "../scope.ts";

/**
 * Who answers for a run: whoever its workflow names, else whoever owns its case, else who started it. The
 * run of a customer's request is started in the customer's name, and they answer for nothing of it.
 */
export function runOwner({ run, read }: Draft): string {
  return run.workflow.owner || caseOwner({ run, read }) || run.by;
}

function caseOwner({ run, read }: Pick<Draft, "run" | "read">): string {
  const known = run.known === null ? null : load(run.known.known, read);
  const owner = isObject(known) ? known["owner"] : null;
  return typeof owner === "string" ? owner : "";
}
