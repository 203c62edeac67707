import { parseDuration } from "../core/definition/index.ts";
import type { Problem } from "../core/problem.ts";

/** @returns how many milliseconds `--since 30d` looks back; or why that is no span */
export function spanBack(since: string): number | Problem {
  const span = parseDuration(since);
  if (span.ok) return span.ms;
  return { code: "bad-input", message: `--since: ${span.why}.`, mend: "Write --since 30d." };
}
