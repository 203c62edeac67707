import type { Report } from "../reading/report.ts";
import { durationMs } from "../types/duration-value.ts";
import type { PersonWork } from "./agent.ts";
import type { PersonAgentSource } from "./agent-source.ts";

/** Who does its tasks, by when, and who is asked then. */
export function personWork(said: Partial<PersonAgentSource>, report: Report): PersonWork {
  const escalate = listOf(said.escalate);
  const dueMs = durationMs(said.due, { path: ["due"], report, leastMs: 1 });
  if (escalate.length > 0 && said.due === undefined)
    report.add({
      code: "advice",
      severity: "warning",
      message: "escalate says who is asked when the time has passed, and no time is said here.",
      mend: "Write due: 4h, for example; else it follows only a step's own timeout.",
      path: ["escalate"],
      key: true,
    });
  return { kind: "person", from: listOf(said.from), dueMs, escalate };
}

function listOf(said: string | readonly string[] | undefined): readonly string[] {
  if (said === undefined) return [];
  return [...new Set(typeof said === "string" ? [said] : said)];
}
