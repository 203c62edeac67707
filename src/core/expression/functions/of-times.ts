import { clockAt, isZone } from "../../calendar/index.ts";
import { instantOf } from "../../instant.ts";
import { type Form, form, method } from "../reading/form.ts";
import {
  type Duration,
  duration,
  type Fault,
  fault,
  instant,
  isFault,
  type Timestamp,
} from "../reckoning/value.ts";
import { parseDuration, parseTimestamp } from "./time.ts";

const DAY_MS = 86_400_000;

/** A part of the timestamp, in UTC, out of its text: YYYY-MM-DDTHH:MM:SS.mmmZ. */
const part =
  (from: number, to: number, less = 0) =>
  (time: Timestamp): number =>
    Number(instantOf(time.ms).slice(from, to)) - less;

/** What the clocks of a zone show, as a timestamp. */
const shownIn = (time: Timestamp, zone: string): Timestamp | Fault =>
  isZone(zone) ? instant(clockAt(zone, time.ms)) : fault(noZone(zone));

/** @returns what is wrong with the name of a zone, or null */
export function zoneProblem(zone: string): string | null {
  return isZone(zone) ? null : noZone(zone);
}

function noZone(zone: string): string {
  return `there is no time zone ${JSON.stringify(zone)}`;
}

const DAY_OF_WEEK = (time: Timestamp): number => (((Math.floor(time.ms / DAY_MS) + 4) % 7) + 7) % 7;

/** Parts of a timestamp in UTC, or in a zone that is named: `now.getHours("Asia/Hong_Kong")`. */
const PARTS: readonly (readonly [string, (time: Timestamp) => number])[] = [
  ["getFullYear", part(0, 4)],
  ["getMonth", part(5, 7, 1)],
  ["getDate", part(8, 10)],
  ["getDayOfMonth", part(8, 10, 1)],
  // 1970-01-01 was a Thursday; Sunday is 0.
  ["getDayOfWeek", DAY_OF_WEEK],
  ["getHours", part(11, 13)],
  ["getMinutes", part(14, 16)],
  ["getSeconds", part(17, 19)],
  ["getMilliseconds", part(20, 23)],
];

const spell =
  (ms: number) =>
  (span: Duration): number =>
    Math.trunc(span.ms / ms);

/** Where no zone is named, it is the same on every machine: UTC. */
export const TIME_FUNCTIONS: readonly Form[] = [
  form("timestamp", ["text"], "timestamp", (text) => {
    const ms = parseTimestamp(text);
    return ms === null ? fault(`timestamp cannot read ${JSON.stringify(text)}`) : instant(ms);
  }),
  form("timestamp", ["number"], "timestamp", (seconds) => instant(seconds * 1000)),
  form("timestamp", ["timestamp"], "timestamp", (time) => time),
  form("duration", ["text"], "duration", (text) => {
    const ms = parseDuration(text);
    return ms === null ? fault(`duration cannot read ${JSON.stringify(text)}`) : duration(ms);
  }),
  form("duration", ["number"], "duration", (seconds) => duration(seconds * 1000)),
  form("duration", ["duration"], "duration", (span) => span),
  form("int", ["timestamp"], "number", (time) => Math.floor(time.ms / 1000)),
  ...PARTS.flatMap(([name, of]) => [
    method(name, ["timestamp"], "number", of),
    method(name, ["timestamp", "text"], "number", (time, zone) => {
      const shown = shownIn(time, zone);
      return isFault(shown) ? shown : of(shown);
    }),
  ]),
  method("getHours", ["duration"], "number", spell(3_600_000)),
  method("getMinutes", ["duration"], "number", spell(60_000)),
  method("getSeconds", ["duration"], "number", spell(1000)),
  method("getMilliseconds", ["duration"], "number", spell(1)),
];
