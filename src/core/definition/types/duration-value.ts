import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { parseDuration } from "./duration.ts";

/**
 * A duration as it stands in a file, in milliseconds; what is impossible is reported.
 *
 * @param context.leastMs shorter is impossible: a limit of nothing can never be kept
 * @returns null where none is said, or where it is wrong
 */
export function durationMs(
  value: string | number | undefined,
  context: { readonly path: ValuePath; readonly report: Report; readonly leastMs?: number },
): number | null {
  if (value === undefined) return null;
  const parsed = parseDuration(value);
  if (!parsed.ok) {
    context.report.add({
      code: "wrong-value",
      message: `This is no duration: ${parsed.why}.`,
      mend: "Write a number and a unit: 30s, 5m, 2 hours, 1h30m, 2d.",
      path: context.path,
    });
    return null;
  }
  if (parsed.ms < (context.leastMs ?? 0)) {
    context.report.add({
      code: "impossible-limit",
      message: "No time at all is left here, so that nothing could ever be done.",
      mend: "Write a longer time, or take the key out for no limit.",
      path: context.path,
    });
    return null;
  }
  return parsed.ms;
}
