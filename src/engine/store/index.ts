export { sha256 } from "./decision.ts";
export { prepareFolder, STATE_FOLDER } from "./folder.ts";
export { bytesOf, hashesIn } from "./hashes.ts";
export { isHeld, lockFolder, makeOwnFile } from "./lock.ts";
export type {
  Append,
  Appended,
  Archived,
  Claim,
  Draft,
  Gone,
  KeptFile,
  Listener,
  Log,
  NewName,
  NewPublished,
  NewStanding,
  Published,
  PublishedAt,
  Row,
  Standing,
  StandingFilter,
  Timer,
} from "./log.ts";
export { isLog, lookIntoFile, lookIntoSqlite } from "./look.ts";
export { type Faults, type MemoryDisk, type MemoryOptions, newDisk, openMemory } from "./memory.ts";
export { refusal } from "./refusal.ts";
export { type NewResult, RESULTS_MOST, type Result } from "./results.ts";
export { RETENTION, type Retention } from "./retention.ts";
export { ERASED_CONTENT, isSealedText, openData, openEvent, openText } from "./sealed.ts";
export { observeSqlite, openSqlite, type SqliteOptions } from "./sqlite.ts";
