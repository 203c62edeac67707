export { ALWAYS, type Calendar, type Span } from "./calendar.ts";
