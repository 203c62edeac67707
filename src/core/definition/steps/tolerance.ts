import type { Template } from "../../expression/index.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { Each } from "../workflow.ts";

/** How many items of an each may fail; that all of them may is told, as it is seldom meant. */
export function readTolerance(
  said: number | string | undefined,
  context: { readonly items: Template; readonly path: ValuePath; readonly report: Report },
): Each["tolerate"] {
  const tolerate: Each["tolerate"] =
    typeof said === "string"
      ? { kind: "share", most: Number.parseFloat(said) / 100 }
      : { kind: "count", most: said ?? 0 };
  const written = writtenItems(context.items);
  const isAll =
    tolerate.kind === "share"
      ? tolerate.most >= 1
      : written !== null && written > 0 && tolerate.most >= written;
  if (isAll) {
    const many = written === null ? "Every item" : `Every one of the ${written} items`;
    context.report.add({
      code: "advice",
      severity: "warning",
      message: `${many} may fail here, and the step still ends well.`,
      mend: "Lower tolerate, so that at least one has to succeed.",
      path: context.path,
    });
  }
  return tolerate;
}

/** As many as stand in the file; null where an expression gives them. */
function writtenItems(items: Template): number | null {
  if (items.kind === "list") return items.items.length;
  return items.kind === "plain" && Array.isArray(items.value) ? items.value.length : null;
}
