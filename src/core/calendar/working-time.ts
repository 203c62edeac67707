import { instantOf } from "../instant.ts";
import type { Calendar, Span } from "./calendar.ts";
import { clockAt, whenClockShows } from "./zone.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01 was a Thursday; 0 is Monday. */
const WEEKDAY_OF_1970 = 3;
/** Days that are looked at for working time: forty years. */
const DAYS_MOST = 14_640;

/**
 * When a span is over that begins at an instant. Working time stands still outside working hours and on
 * holidays; a day on which clocks change is as long as it is. Of a calendar without any working time,
 * or where forty years hold too little of it, all time counts.
 *
 * @returns milliseconds since 1970; never throws for a calendar whose zone is known
 */
export function addSpan(calendar: Calendar, from: number, span: Span): number {
  if (!span.isWorking) return from + span.ms;
  let left = span.ms;
  for (const { opens, closes } of hoursFrom(calendar, from)) {
    const begins = Math.max(opens, from);
    if (closes <= begins) continue;
    if (left <= closes - begins) return begins + left;
    left -= closes - begins;
  }
  return from + span.ms;
}

/** Working time between two instants, in milliseconds; less than nothing where the second is the earlier one. */
export function workingMs(calendar: Calendar, from: number, to: number): number {
  if (to < from) return -workingMs(calendar, to, from);
  let sum = 0;
  for (const { opens, closes } of hoursFrom(calendar, from)) {
    if (opens >= to) return sum;
    sum += Math.max(0, Math.min(closes, to) - Math.max(opens, from));
  }
  return sum;
}

export function isWorkingAt(calendar: Calendar, at: number): boolean {
  return workingMs(calendar, at, at + 1) > 0;
}

/** A working day: the longest of the week; a day of 24 hours where it never works. */
export function workingDayMs({ week }: Calendar): number {
  const lengths = week.map((hours) => hours.reduce((sum, { from, to }) => sum + to - from, 0));
  return (Math.max(0, ...lengths) || 1_440) * MINUTE_MS;
}

type Hours = { readonly opens: number; readonly closes: number };

/** Working hours from the day of an instant on, one after another. */
function* hoursFrom({ zone, week, holidays }: Calendar, at: number): Generator<Hours> {
  if (week.every((hours) => hours.length === 0)) return;
  const free = new Set(holidays);
  const first = Math.floor(clockAt(zone, at) / DAY_MS);
  for (let day = first; day < first + DAYS_MOST; day += 1) {
    const hours = week[weekdayOf(day)] ?? [];
    if (hours.length === 0 || free.has(instantOf(day * DAY_MS).slice(0, 10))) continue;
    for (const { from, to } of hours)
      yield {
        opens: whenClockShows(zone, day * DAY_MS + from * MINUTE_MS),
        closes: whenClockShows(zone, day * DAY_MS + to * MINUTE_MS),
      };
  }
}

function weekdayOf(day: number): number {
  return (((day + WEEKDAY_OF_1970) % 7) + 7) % 7;
}
