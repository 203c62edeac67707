const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar. */
const DAYS_TO_1970 = 719_468;
const DAYS_IN_ERA = 146_097;
const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?Z$/;

/**
 * Milliseconds since 1970 as ISO 8601 in UTC with milliseconds, as the log writes it. Arithmetic
 * only: the core has no clock.
 *
 * @param ms a whole number, from year 0 to year 9999
 * @see "days_from_civil" and "civil_from_days" in Hinnant, chrono-Compatible Low-Level Date Algorithms, 2014
 */
export function instantOf(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const rest = ms - days * DAY_MS;
  const shifted = days + DAYS_TO_1970;
  const era = Math.floor(shifted / DAYS_IN_ERA);
  const dayOfEra = shifted - era * DAYS_IN_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month0 = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month0 + 2) / 5) + 1;
  const month = month0 < 10 ? month0 + 3 : month0 - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const minutes = Math.floor(rest / 60_000);
  const time = `${digits(Math.floor(minutes / 60), 2)}:${digits(minutes % 60, 2)}:${digits(Math.floor(rest / 1000) % 60, 2)}`;
  return `${date}T${time}.${digits(rest % 1000, 3)}Z`;
}

/** The other way. @returns null where the text is no instant in UTC */
export function millisecondsOf(instant: string): number | null {
  const parts = INSTANT.exec(instant);
  if (!parts) return null;
  const [year0 = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  const year = month <= 2 ? year0 - 1 : year0;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * DAYS_IN_ERA + dayOfEra - DAYS_TO_1970;
  const fraction = Number((parts[7] ?? "0").padEnd(3, "0"));
  return days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, "0");
}
