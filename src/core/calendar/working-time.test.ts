import { type Arbitrary, assert, constantFrom, integer, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import { instantOf, millisecondsOf } from "../instant.ts";
import {
  ALWAYS,
  addSpan,
  type Calendar,
  isWorkingAt,
  isZone,
  parseSpan,
  workingMs,
} from "./index.ts";
import { clockAt, whenClockShows } from "./zone.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NINE_TO_SIX = [{ from: 540, to: 1_080 }];
const OFFICE: Calendar = {
  zone: "Asia/Hong_Kong",
  week: [NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, [], []],
  holidays: ["2026-12-25"],
};
const ZONES = ["UTC", "Asia/Hong_Kong", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

function at(text: string): number {
  const ms = millisecondsOf(text);
  if (ms === null) throw new Error(`${text} is no instant.`);
  return ms;
}

function working(ms: number): { readonly ms: number; readonly isWorking: true } {
  return { ms, isWorking: true };
}

describe("working time", () => {
  test("goes on the next morning, and after a weekend on Monday", () => {
    // Friday 17:00 in Hong Kong; four working hours later it is Monday noon.
    const friday = at("2026-11-20T09:00:00Z");
    expect(instantOf(addSpan(OFFICE, friday, working(4 * HOUR)))).toBe("2026-11-23T04:00:00.000Z");
    expect(workingMs(OFFICE, friday, at("2026-11-23T04:00:00Z"))).toBe(4 * HOUR);
  });

  test("stands still on a holiday", () => {
    // Thursday 24 December 17:00; the 25th is a holiday, then a weekend.
    const eve = at("2026-12-24T09:00:00Z");
    expect(instantOf(addSpan(OFFICE, eve, working(2 * HOUR)))).toBe("2026-12-28T02:00:00.000Z");
    expect(isWorkingAt(OFFICE, at("2026-12-25T03:00:00Z"))).toBe(false);
    expect(isWorkingAt(OFFICE, at("2026-12-24T03:00:00Z"))).toBe(true);
  });

  test("of a span that is no working time is time as it passes", () => {
    expect(addSpan(OFFICE, 5, { ms: 4 * HOUR, isWorking: false })).toBe(5 + 4 * HOUR);
  });

  test("is an hour longer in the night in which clocks are put back, and an hour shorter in the other", () => {
    const night = [{ from: 0, to: 360 }];
    const guard: Calendar = { zone: "Europe/Berlin", week: Array(7).fill(night), holidays: [] };
    // 29 March 2026: 2:00 becomes 3:00. 25 October 2026: 3:00 becomes 2:00.
    expect(workingMs(guard, at("2026-03-28T23:00:00Z"), at("2026-03-29T12:00:00Z"))).toBe(5 * HOUR);
    expect(workingMs(guard, at("2026-10-24T22:00:00Z"), at("2026-10-25T12:00:00Z"))).toBe(7 * HOUR);
  });

  test("begins when clocks jump over its beginning", () => {
    const early: Calendar = {
      zone: "Europe/Berlin",
      week: Array(7).fill([{ from: 150, to: 240 }]),
      holidays: [],
    };
    expect(isWorkingAt(early, at("2026-03-29T00:59:59Z"))).toBe(false);
    expect(isWorkingAt(early, at("2026-03-29T01:00:00Z"))).toBe(true);
    expect(workingMs(early, at("2026-03-29T00:00:00Z"), at("2026-03-29T12:00:00Z"))).toBe(HOUR);
  });

  test("of a company that never works is time as it passes", () => {
    const never: Calendar = { zone: "UTC", week: Array(7).fill([]), holidays: [] };
    expect(addSpan(never, 10, working(HOUR))).toBe(10 + HOUR);
    expect(addSpan(ALWAYS, 10, working(HOUR))).toBe(10 + HOUR);
  });

  test("added and measured again is what it was, whatever the calendar and the zone", () => {
    assert(
      property(
        calendars(),
        instants(),
        integer({ min: 1, max: 200 * HOUR }),
        (calendar, from, ms) => {
          const until = addSpan(calendar, from, working(ms));
          expect(workingMs(calendar, from, until)).toBe(ms);
          expect(workingMs(calendar, from, until - 1)).toBe(ms - 1);
        },
      ),
    );
  });

  test("of two spans one after the other is that of both", () => {
    assert(
      property(calendars(), tuple(instants(), instants(), instants()), (calendar, three) => {
        const [a = 0, b = 0, c = 0] = three.toSorted((one, other) => one - other);
        const parts = workingMs(calendar, a, b) + workingMs(calendar, b, c);
        expect(parts).toBe(workingMs(calendar, a, c));
        expect(parts).toBeLessThanOrEqual(c - a);
      }),
      { numRuns: cases(30) },
    );
  });

  test("an instant is found again from what the clocks of its zone show, or an earlier one that shows the same", () => {
    assert(
      property(constantFrom(...ZONES), instants(), (zone, instant) => {
        const found = whenClockShows(zone, clockAt(zone, instant));
        expect(clockAt(zone, found)).toBe(clockAt(zone, instant));
        expect(found).toBeLessThanOrEqual(instant);
      }),
    );
  });
});

describe("a span", () => {
  const parse = (value: string | number): { ok: true; ms: number } | { ok: false; why: string } => {
    const found = /^\s*(\d+(?:\.\d+)?)\s*(h|hours?|min)\s*$/.exec(String(value));
    const unit = found?.[2] === "min" ? 60_000 : HOUR;
    return found ? { ok: true, ms: Number(found[1]) * unit } : { ok: false, why: "it is none" };
  };
  const read = (text: string | number): object => parseSpan(text, { calendar: OFFICE, parse });

  test("is of working time where it says so", () => {
    expect(read("4 working hours")).toEqual({ ok: true, span: working(4 * HOUR) });
    expect(read("4h")).toEqual({ ok: true, span: { ms: 4 * HOUR, isWorking: false } });
    expect(read("2 business days")).toEqual({ ok: true, span: working(18 * HOUR) });
    expect(read("soon")).toEqual({ ok: false, why: "it is none" });
    expect(read("working")).toEqual({ ok: false, why: "it is none" });
  });

  test("is told in a zone that there is", () => {
    expect(ZONES.map(isZone)).toEqual(ZONES.map(() => true));
    expect(["Mars/Olympus", "", "here"].map(isZone)).toEqual([false, false, false]);
  });
});

/** Around two changes of clocks in most of the zones. */
function instants(): Arbitrary<number> {
  const start = at("2026-01-01T00:00:00Z");
  return integer({ min: start, max: start + 400 * DAY });
}

function calendars(): Arbitrary<Calendar> {
  const odd = [
    { from: 0, to: 95 },
    { from: 95, to: 170 },
    { from: 400, to: 1_440 },
  ];
  return constantFrom<Calendar>(
    ...ZONES.flatMap((zone) => [
      { ...OFFICE, zone },
      { zone, week: [odd, odd, [], [{ from: 0, to: 1_440 }], odd, odd, odd], holidays: [] },
    ]),
  );
}
