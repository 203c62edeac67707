import { CALENDAR_FILE, readCalendar } from "../../../core/map/index.ts";
import { textOfFile } from "../../file-text.ts";

/** The zone of a company's clocks, as its calendar says; UTC where it says none, or something is wrong with it. */
export function zoneIn(folder: string): string {
  const read = textOfFile(folder, CALENDAR_FILE);
  return read === null || read.fault !== undefined ? "UTC" : readCalendar(read).calendar.zone;
}
