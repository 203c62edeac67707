import { isDate, parseTimestamp } from "../../expression/index.ts";
import { instantOf } from "../../instant.ts";
import type { JsonObject } from "../../json.ts";
import type { Conversion } from "./conversion-table.ts";
import { refused, textOf } from "./conversions-of-text.ts";
import { parseDuration } from "./duration.ts";

const LOSSY_DATE: JsonObject = { type: "date", convert: "lossy" };
const always = (): boolean => true;

/** Of the parts of an ISO 8601 duration: weeks, days, hours, minutes, seconds. */
const SECONDS_IN = [604_800, 86_400, 3_600, 60, 1];
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;

export const DATE_CONVERSIONS: readonly Conversion[] = [
  {
    from: "text",
    to: "date",
    rule: "Year, month, day, with dashes or slashes. A timestamp would lose its hour, so it is refused unless asked for; the day is then the one in UTC.",
    examples: [
      { given: "2026-01-15", type: "date", gives: "2026-01-15" },
      { given: "2026/1/5", type: "date", gives: "2026-01-05" },
      { given: "2026-02-30", type: "date", refused: "is no date" },
      { given: "15/01/2026", type: "date", refused: "is no date" },
      { given: "2026-01-15T23:00:00-05:00", type: "date", refused: "would lose its hour" },
      { given: "2026-01-15T23:00:00-05:00", type: LOSSY_DATE, gives: "2026-01-16" },
    ],
    applies: always,
    convert: (value, lossy) => {
      const text = textOf(value).trim();
      const [, year, month = "", day = ""] = /^(\d{4})[-/](\d\d?)[-/](\d\d?)$/.exec(text) ?? [];
      const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
      if (isDate(date)) return { ok: true, value: date };
      const ms = parseTimestamp(text);
      if (ms === null) return refused(value, "is no date; write 2026-01-15");
      return lossy
        ? { ok: true, value: instantOf(ms).slice(0, 10) }
        : refused(value, "would lose its hour; `convert: lossy` allows it");
    },
  },
  {
    from: "text",
    to: "timestamp",
    rule: "ISO 8601 with its zone; a date alone is its midnight in UTC.",
    examples: [
      { given: "2026-01-15T10:00:00+08:00", type: "timestamp", gives: "2026-01-15T10:00:00+08:00" },
      { given: "2026-01-15", type: "timestamp", gives: "2026-01-15T00:00:00.000Z" },
      { given: "2026-01-15T10:00:00", type: "timestamp", refused: "with its zone" },
    ],
    applies: always,
    convert: (value) => {
      const ms = parseTimestamp(textOf(value).trim());
      return ms === null
        ? refused(value, "is no timestamp; write it with its zone: 2026-01-15T10:00:00Z")
        : { ok: true, value: instantOf(ms) };
    },
  },
  {
    from: "text",
    to: "duration",
    rule: "A number of seconds: of 90s, 1h30m, 2 hours, 3 days, PT1H30M. Months and years have no fixed length and are refused.",
    examples: [
      { given: "90s", type: "duration", gives: 90 },
      { given: "1h30m", type: "duration", gives: 5400 },
      { given: "2 hours", type: "duration", gives: 7200 },
      { given: "1 day 12 hours", type: "duration", gives: 129_600 },
      { given: "PT1H30M", type: "duration", gives: 5400 },
      { given: "250ms", type: "duration", gives: 0.25 },
      { given: "90", type: "duration", gives: 90 },
      { given: "2 months", type: "duration", refused: "is no duration" },
    ],
    applies: always,
    convert: (value) => {
      const seconds = secondsOf(textOf(value).trim());
      return seconds === null
        ? refused(value, "is no duration; write 90s, 1h30m or 2 hours")
        : { ok: true, value: seconds };
    },
  },
];

/** Data writes a number without a unit, or ISO 8601; people write what `parseDuration` reads. */
function secondsOf(text: string): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const iso = ISO.exec(text);
  if (!iso || !/\d/.test(text)) {
    const parsed = parseDuration(text);
    return parsed.ok ? parsed.ms / 1_000 : null;
  }
  const counts = iso.slice(1).map((count) => Number(count ?? 0));
  return counts.reduce((so, count, at) => so + count * (SECONDS_IN[at] ?? 0), 0);
}
