import type { Calendar, Span } from "./calendar.ts";
import { workingDayMs } from "./working-time.ts";

const WORKING = /\s*\b(?:working|business)\s+(?=[a-z])/i;
const WORKING_DAYS = /(\d+(?:\.\d+)?)\s*(?:d|days?)\b/gi;

/**
 * A span as people write it: `4h`, `4 working hours`, `2 working days`. A working day is as long as
 * the calendar's longest.
 *
 * @param parse reads a plain duration
 * @returns the span, or why it is none, as the end of a sentence
 */
export function parseSpan(
  value: string | number,
  { calendar, parse }: { readonly calendar: Calendar; readonly parse: ParseDuration },
): ParsedSpan {
  const text = String(value);
  if (typeof value === "number" || !WORKING.test(text)) {
    const plain = parse(value);
    return plain.ok ? { ok: true, span: { ms: plain.ms, isWorking: false } } : plain;
  }
  const inMinutes = text
    .replace(WORKING, " ")
    .replace(WORKING_DAYS, (_, count) => `${(Number(count) * workingDayMs(calendar)) / 60_000}min`);
  const worked = parse(inMinutes);
  return worked.ok ? { ok: true, span: { ms: worked.ms, isWorking: true } } : worked;
}

export type ParsedSpan =
  | { readonly ok: true; readonly span: Span }
  | { readonly ok: false; readonly why: string };

export type ParseDuration = (
  value: string | number,
) => { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly why: string };
