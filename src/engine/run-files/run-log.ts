import type { Envelope } from "../../core/audit/index.ts";

/** Characters of a run's log as text; the rest is counted, and stands in the log itself. */
export const RUN_LOG_CHARACTERS_MOST: number = 32 * 1024 * 1024;

/** One line an event: when, which, what, where, who, and its data as JSON. */
export async function runLog(events: AsyncIterable<Envelope>): Promise<string> {
  const lines: string[] = [];
  let characters = 0;
  let left = 0;
  for await (const event of events) {
    const line = lineOf(event);
    if (left > 0 || characters + line.length > RUN_LOG_CHARACTERS_MOST) left += 1;
    else {
      lines.push(line);
      characters += line.length;
    }
  }
  if (left > 0) lines.push(`… and ${left} more events: muster runs events\n`);
  return lines.join("");
}

function lineOf({ seq, at, type, step, actor, data }: Envelope): string {
  return `${at} ${seq} ${type} ${step || "-"} ${actor.kind}:${actor.id} ${JSON.stringify(data)}\n`;
}
