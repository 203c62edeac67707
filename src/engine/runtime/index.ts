export type { Clock, Definitions, Performance, Performer, Runtime } from "./runtime.ts";
