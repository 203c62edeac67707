import type { z } from "zod";
import { ALWAYS, type Calendar, isZone } from "../../calendar/index.ts";
import {
  checkShape,
  closed,
  isMap,
  type Keys,
  listOf,
  musterShape,
  openReport,
  type Report,
  readSource,
  shown,
  some,
  type ValuePath,
  word,
} from "../../definition/index.ts";
import { isDate } from "../../expression/index.ts";
import type { Problem } from "../../problem.ts";
import { listed } from "./reading.ts";

/** `calendar.yaml`: when a company works. */
export type CalendarSource = {
  readonly muster?: 1;
  readonly zone: string;
  readonly hours?: HoursSource;
  readonly holidays?: readonly string[];
};

const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
type Hours = string | readonly string[];
type HoursSource = {
  readonly [Day in (typeof DAYS)[number] | "weekdays" | "weekend" | "every_day"]?: Hours;
};

/** Days on which nobody works. */
const HOLIDAYS_MOST = 5_000;
const FROM_TO = /^\s*(\d{1,2}):(\d\d)\s*(?:-|–|to)\s*(\d{1,2}):(\d\d)\s*$/;

const hours = some(word("hours"), "hours such as 9:00-18:00, or a list of them");

export const hoursKeys: Keys<HoursSource> = {
  ...(Object.fromEntries(
    DAYS.map((day) => [
      day,
      hours.describe("Hours such as 9:00-18:00, a list of them, or closed."),
    ]),
  ) as Keys<Pick<HoursSource, (typeof DAYS)[number]>>),
  weekdays: hours.describe("Monday to Friday, where the day itself says nothing."),
  weekend: hours.describe("Saturday and Sunday, where the day itself says nothing."),
  every_day: hours.describe("Where neither the day nor its half of the week says anything."),
};

export const calendarKeys: Keys<CalendarSource> = {
  muster: musterShape,
  zone: word("a time zone").describe("Where the company is: Asia/Hong_Kong, Europe/Berlin, UTC."),
  hours: closed<HoursSource>(hoursKeys).describe(
    "When it works; a day that nothing is said of is closed. Unsaid: always.",
  ),
  holidays: listOf(word("a day"), "a list of days").describe(
    "Days on which it does not: [2026-12-25].",
  ),
};

export const calendarShape: z.ZodType<CalendarSource> = closed<CalendarSource>(calendarKeys, [
  "zone",
]);

/** Reads `calendar.yaml`. @returns a calendar of a company that works always, where there is an error; never throws */
export function readCalendar(input: { readonly file: string; readonly text: string }): {
  readonly calendar: Calendar;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const source = readSource(input, (problem) => problems.push(problem));
  if (source === null) return { calendar: ALWAYS, problems };
  const report = openReport(source, { into: problems, module: null });
  if (!isMap(source.value)) {
    report.add({
      code: "wrong-type",
      message: `A calendar is a map of keys; here stands ${shown(source.value)}.`,
      mend: "Write zone: Asia/Hong_Kong and hours: {weekdays: 9:00-18:00}.",
      path: [],
    });
    return { calendar: ALWAYS, problems };
  }
  const said = checkShape(calendarShape, source.value, { path: [], report });
  const week = weekOf(said.hours, report);
  const holidays = daysOf(said.holidays ?? [], report);
  if (said.zone !== undefined && !isZone(said.zone))
    report.add({
      code: "wrong-value",
      message: `There is no time zone "${said.zone}".`,
      mend: "Write one by its name, such as Asia/Hong_Kong, Europe/Berlin or UTC.",
      path: ["zone"],
    });
  const isWrong = problems.some(({ severity }) => severity !== "warning");
  return { calendar: isWrong ? ALWAYS : { zone: said.zone ?? "UTC", week, holidays }, problems };
}

function weekOf(said: HoursSource | undefined, report: Report): Calendar["week"] {
  if (said === undefined) return ALWAYS.week;
  const week = DAYS.map((day, at) => {
    const keys = [day, at < 5 ? "weekdays" : "weekend", "every_day"] as const;
    const key = keys.find((one) => said[one] !== undefined);
    return key === undefined ? [] : hoursOf(said[key], ["hours", key], report);
  });
  if (week.every((day) => day.length === 0))
    report.addOnce("no hours", {
      code: "impossible-limit",
      message: "By this calendar nobody ever works, so that working time would never pass.",
      mend: "Write hours: {weekdays: 9:00-18:00}, or take hours out.",
      path: ["hours"],
      key: true,
    });
  return week;
}

function hoursOf(
  said: Hours | undefined,
  path: ValuePath,
  report: Report,
): Calendar["week"][number] {
  let last = 0;
  return listed(said).flatMap((text, at) => {
    if (text.trim() === "closed") return [];
    const read = hoursIn(text);
    if (read !== null && read.from >= last) {
      last = read.to;
      return [read];
    }
    report.addOnce(JSON.stringify([path, at]), {
      code: "wrong-value",
      message:
        read === null
          ? `"${text}" are no hours of one day.`
          : `The hours "${text}" begin before those in front of them have ended.`,
      mend: "Write them in order, from 0:00 to 24:00: [9:00-13:00, 14:00-18:00].",
      path: typeof said === "string" ? path : [...path, at],
    });
    return [];
  });
}

/** In minutes of the day. */
function hoursIn(text: string): { readonly from: number; readonly to: number } | null {
  const [, h1 = "", m1 = "", h2 = "", m2 = ""] = FROM_TO.exec(text) ?? [];
  const from = Number(h1) * 60 + Number(m1);
  const to = Number(h2) * 60 + Number(m2);
  const isRight = h1 !== "" && Number(m1) < 60 && Number(m2) < 60;
  return isRight && from < to && to <= 1_440 ? { from, to } : null;
}

function daysOf(said: readonly string[], report: Report): readonly string[] {
  said.forEach((day, at) => {
    if (!isDate(day) || at >= HOLIDAYS_MOST)
      report.add({
        code: isDate(day) ? "limit" : "wrong-value",
        message: isDate(day)
          ? `There are more than ${HOLIDAYS_MOST} holidays.`
          : `"${day}" is no day of a calendar.`,
        mend: "Write days as 2026-12-25.",
        path: ["holidays", at],
      });
  });
  return [...new Set(said)];
}
