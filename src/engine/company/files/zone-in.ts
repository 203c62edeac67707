import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CALENDAR_FILE, readCalendar } from "../../../core/map/index.ts";

/** The zone of a company's clocks, as its calendar says; UTC where it says none, or something is wrong with it. */
export function zoneIn(folder: string): string {
  const path = join(folder, CALENDAR_FILE);
  if (!existsSync(path)) return "UTC";
  return readCalendar({ file: CALENDAR_FILE, text: readFileSync(path, "utf8") }).calendar.zone;
}
