export { sha256 } from "./decision.ts";
export { isHeld } from "./lock.ts";
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
export { lookIntoSqlite } from "./look.ts";
export { type Faults, type MemoryDisk, type MemoryOptions, newDisk, openMemory } from "./memory.ts";
export { observeSqlite, openSqlite, type SqliteOptions } from "./sqlite.ts";
