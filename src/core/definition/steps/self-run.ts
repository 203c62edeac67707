import type { Report } from "../reading/report.ts";
import { type Draft, drafts } from "./draft.ts";

/**
 * A workflow that runs itself as a sub-run never ends by itself, unless a `when` or a branch ends it: it
 * is told of, and the limit on how deep sub-runs go ends it at last.
 */
export function reportSelfRuns(tree: Draft, name: string, report: Report): void {
  for (const draft of drafts(tree)) {
    if (name === "" || !("workflow" in draft.source) || draft.source.workflow !== name) continue;
    report.add({
      code: "cycle",
      severity: "warning",
      message: `The workflow "${name}" runs itself here: without a condition that fails it would never end.`,
      mend: "Run another workflow; or make sure that a when or a branch ends it at last.",
      path: [...draft.at, "workflow"],
    });
  }
}
