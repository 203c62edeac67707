import { parseSpan, type Span } from "../../calendar/index.ts";
import { parseDuration, type ValuePath } from "../../definition/index.ts";
import type { SpanSource } from "../keys/source.ts";
import type { Reading } from "./reading.ts";

/** A time as it stands in the map; what is impossible is reported. @returns null where none is said, or where it is wrong */
export function readSpan(
  value: SpanSource | undefined,
  path: ValuePath,
  { report, calendar }: Pick<Reading, "report" | "calendar">,
): Span | null {
  if (value === undefined) return null;
  const parsed = parseSpan(value, { calendar, parse: parseDuration });
  if (parsed.ok && parsed.span.ms > 0) return parsed.span;
  report.add({
    code: parsed.ok ? "impossible-limit" : "wrong-value",
    message: parsed.ok
      ? "No time at all is left here, so that it would be over at once."
      : `This is no time: ${parsed.why}.`,
    mend: "Write a number and a unit: 30min, 4h, 2 days, 4 working hours.",
    path,
  });
  return null;
}
