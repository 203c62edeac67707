export { digestOf } from "./contents.ts";
export { type EmbeddedOptions, IN_FLIGHT_MOST, openEmbedded } from "./embedded.ts";
export { type Checked, checkParams } from "./params.ts";
export type {
  Clock,
  Definitions,
  Performance,
  Performer,
  Publication,
  Queued,
  Runtime,
  Terms,
} from "./runtime.ts";
export { systemClock } from "./system-clock.ts";
export type { Offering, ToolDesk } from "./tools/tool-desk.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
