export { ALWAYS, type Calendar, type Span } from "./calendar.ts";
export { type ParsedSpan, parseSpan } from "./span.ts";
export { addSpan, isWorkingAt, workingDayMs, workingMs } from "./working-time.ts";
export { clockAt, isZone } from "./zone.ts";
