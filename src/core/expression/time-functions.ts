import { instantOf } from "../instant.ts";
import { type Form, form, method } from "./form.ts";
import { parseDuration, parseTimestamp } from "./time.ts";
import { type Duration, duration, fault, instant, type Timestamp } from "./value.ts";

const DAY_MS = 86_400_000;

/** A part of the timestamp, in UTC, out of its text: YYYY-MM-DDTHH:MM:SS.mmmZ. */
const part =
  (from: number, to: number, less = 0) =>
  (time: Timestamp): number =>
    Number(instantOf(time.ms).slice(from, to)) - less;

const spell =
  (ms: number) =>
  (span: Duration): number =>
    Math.trunc(span.ms / ms);

/** The author reads hours in one zone only, the same on every machine: UTC. */
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
  method("getFullYear", ["timestamp"], "number", part(0, 4)),
  method("getMonth", ["timestamp"], "number", part(5, 7, 1)),
  method("getDate", ["timestamp"], "number", part(8, 10)),
  method("getDayOfMonth", ["timestamp"], "number", part(8, 10, 1)),
  // 1970-01-01 was a Thursday; Sunday is 0.
  method("getDayOfWeek", ["timestamp"], "number", (time) => {
    return (((Math.floor(time.ms / DAY_MS) + 4) % 7) + 7) % 7;
  }),
  method("getHours", ["timestamp"], "number", part(11, 13)),
  method("getMinutes", ["timestamp"], "number", part(14, 16)),
  method("getSeconds", ["timestamp"], "number", part(17, 19)),
  method("getMilliseconds", ["timestamp"], "number", part(20, 23)),
  method("getHours", ["duration"], "number", spell(3_600_000)),
  method("getMinutes", ["duration"], "number", spell(60_000)),
  method("getSeconds", ["duration"], "number", spell(1000)),
  method("getMilliseconds", ["duration"], "number", spell(1)),
];
