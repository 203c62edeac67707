import type { Finding } from "../../core/review/index.ts";
import type { Paint } from "./terminal.ts";
import { plain } from "./text.ts";

/** What is wrong with a run, by the indicators of failure; nothing where nothing is. */
export function findingLines(findings: readonly Finding[], paint: Paint): readonly string[] {
  if (findings.length === 0) return [];
  return [
    "",
    "Wrong:",
    ...findings.flatMap(({ indicator, message, step, mend }) => [
      `${paint("red", "✗")} ${indicator}${step ? ` (${plain(step)})` : ""}: ${plain(message)}`,
      `  mend: ${plain(mend)}`,
    ]),
  ];
}
