import { millisecondsOf } from "../instant.ts";

const DAY_MS = 86_400_000;
/** Formatters kept; a company has one zone, and a process may serve several companies. */
const ZONES_MOST = 100;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether it is a zone that this machine knows: "Asia/Hong_Kong", "UTC". */
export function isZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * What the clocks of a zone show at an instant, as if it were UTC: milliseconds since 1970.
 *
 * @throws RangeError for a zone that nobody knows
 */
export function clockAt(zone: string, at: number): number {
  if (zone === "UTC") return at;
  const parts: Record<string, string> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(at)) parts[type] = value;
  const { year, month, day, hour, minute, second } = parts;
  const shown = millisecondsOf(
    `${(year ?? "").padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  return (shown ?? at) + (((at % 1000) + 1000) % 1000);
}

/**
 * The first instant at which the clocks of a zone show this or more. Where they are put forward over
 * it, the moment of that; where they are put back, the first of the two.
 *
 * @param shown as `clockAt` gives it
 */
export function whenClockShows(zone: string, shown: number): number {
  if (zone === "UTC") return shown;
  const before = clockAt(zone, shown - DAY_MS) - (shown - DAY_MS);
  const after = clockAt(zone, shown + DAY_MS) - (shown + DAY_MS);
  const candidates = [shown - before, shown - after].sort((one, other) => one - other);
  const first = candidates.find((at) => clockAt(zone, at) === shown);
  return first ?? putForward(zone, shown, candidates);
}

/** Between the two the clocks jump over it: where they do. */
function putForward(zone: string, shown: number, [from = 0, to = 0]: readonly number[]): number {
  let earlier = from - 1;
  let later = to;
  while (later - earlier > 1) {
    const middle = Math.floor((earlier + later) / 2);
    if (clockAt(zone, middle) >= shown) later = middle;
    else earlier = middle;
  }
  return later;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  if (formatters.size >= ZONES_MOST) formatters.clear();
  formatters.set(zone, made);
  return made;
}
