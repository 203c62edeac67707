export type {
  Append,
  Appended,
  Draft,
  Log,
  NewStanding,
  Standing,
  StandingFilter,
  Timer,
} from "./log.ts";
export { type Faults, type MemoryDisk, type MemoryOptions, newDisk, openMemory } from "./memory.ts";
export { openSqlite, type SqliteOptions } from "./sqlite.ts";
