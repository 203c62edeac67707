import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { shown } from "../reading/shape-problem.ts";
import { parseBytes } from "./bytes.ts";

/** Less, and the program that does the work would not start. */
const MEMORY_LEAST_BYTES: number = 16 * 1024 * 1024;

/** The most memory of a process, in bytes; null where nothing is said. */
export function readMemory(
  said: string | number | undefined,
  { path, report }: { readonly path: ValuePath; readonly report: Report },
): number | null {
  if (said === undefined) return null;
  const bytes = parseBytes(said);
  if (bytes !== null && bytes >= MEMORY_LEAST_BYTES) return bytes;
  report.add({
    code: "impossible-limit",
    message: `Nothing can work in ${shown(said)} of memory.`,
    mend: "Write at least 16MB: 512MB, 4GB.",
    path,
  });
  return null;
}
