import { instantOf, millisecondsOf } from "../../instant.ts";

const DATE = /^(\d{4}-\d\d-\d\d)$/;
const INSTANT =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):?(\d\d))$/;
const UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};
const PART = /(\d+(?:\.\d+)?|\.\d+)(h|ms|us|µs|ns|m|s)/y;

/**
 * A point in time in milliseconds since 1970, from ISO 8601: `2026-01-15T10:00:00Z`,
 * `2026-01-15T18:00:00+08:00`, or a date alone, which is its midnight in UTC.
 *
 * @returns null where the text is none: no such day or hour, or no zone; smaller than a millisecond is cut
 */
export function parseTimestamp(text: string): number | null {
  const day = DATE.exec(text)?.[1];
  if (day !== undefined) return inUtc(`${day}T00:00:00Z`);
  const parts = INSTANT.exec(text);
  if (!parts) return null;
  const [, date, time = "", fraction = "", , sign, hours = "0", minutes = "0"] = parts;
  const clock = time.length === 5 ? `${time}:00` : time;
  const ms = inUtc(`${date}T${clock}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  if (ms === null || Number(hours) > 23 || Number(minutes) > 59) return null;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === "-" ? ms + offsetMs : ms - offsetMs;
}

/** `2026-01-15`, and the day exists. */
export function isDate(text: string): boolean {
  return DATE.test(text) && parseTimestamp(text) !== null;
}

/**
 * CEL's durations: `72h`, `1h30m`, `1.5s`, `-10ms`.
 *
 * @returns milliseconds, or null where the text is none ("3 days")
 */
export function parseDuration(text: string): number | null {
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0;
  if (unsigned === "") return null;
  let ms = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < unsigned.length) {
    const part = PART.exec(unsigned);
    if (!part) return null;
    ms += Number(part[1]) * (UNITS_MS[part[2] ?? ""] ?? 0);
  }
  return text.startsWith("-") ? -ms : ms;
}

/** A day that does not exist, such as 2026-02-30, comes back as another. */
function inUtc(text: string): number | null {
  const ms = millisecondsOf(text);
  return ms !== null && instantOf(ms).slice(0, 19) === text.slice(0, 19) ? ms : null;
}

const LOOSE = /^(\d+(?:\.\d+)?)\s*(w|d|h|m|s)[a-z]*$/i;
const HOURS_IN: Readonly<Record<string, number>> = { w: 168, d: 24 };

/** "3 days" in CEL's spelling, for a mend: `72h`. Null where nobody can tell. */
export function respelledDuration(text: string): string | null {
  const [, count, unit = ""] = LOOSE.exec(text.trim()) ?? [];
  if (count === undefined) return null;
  const hours = HOURS_IN[unit.toLowerCase()];
  return hours === undefined ? `${count}${unit.toLowerCase()}` : `${Number(count) * hours}h`;
}
