import type { Case } from "../../core/cases/index.ts";
import type { Problem } from "../../core/problem.ts";

const STATUSES: readonly Case["status"][] = ["open", "waiting", "closed"];

/** Of one status or several, with commas between them. */
export function parseStatuses(
  text = "",
): readonly Case["status"][] | (Problem & { length?: never }) {
  const words = text.split(",").filter((word) => word !== "");
  const wrong = words.find((word) => STATUSES.every((one) => one !== word));
  if (wrong === undefined) return STATUSES.filter((one) => words.includes(one));
  return {
    code: "bad-input",
    message: `"${wrong}" is no status of a case.`,
    mend: `Write one or more of: ${STATUSES.join(",")}.`,
  };
}
