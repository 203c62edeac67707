import { clockAt } from "../../core/calendar/index.ts";

/** `12 ms`, `0.4 s`, `38 s`, `1 min 12 s`, `3 h 32 min`, `1 d 23 h`: the two largest units that say something. */
export function duration(ms: number): string {
  if (ms < 0) return duration(0);
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `Sat 21 Nov 2026, 14:00 (Asia/Hong_Kong)`: by when people are to act, as their own clocks show it. */
export function dayAndTime(ms: number, zone: string): string {
  const shown = new Date(clockAt(zone, ms));
  const month = MONTHS[shown.getUTCMonth()] ?? "";
  const day = `${DAYS[shown.getUTCDay()] ?? ""} ${shown.getUTCDate()} ${month} ${shown.getUTCFullYear()}`;
  return `${day}, ${shown.toISOString().slice(11, 16)} (${zone})`;
}

/** `2025-12-12 18:00:03`, as the clocks of a zone show it: whoever prints it names the zone once. */
export function momentIn(ms: number, zone: string): string {
  return new Date(clockAt(zone, ms)).toISOString().slice(0, 19).replace("T", " ");
}
