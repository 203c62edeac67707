export { prepareFolder, STATE_FOLDER } from "./folder/folder.ts";
export { isHeld, lockFolder, makeOwnFile } from "./folder/lock.ts";
export { isLog, lookIntoFile, lookIntoSqlite } from "./folder/look.ts";
export { type NewResult, RESULTS_MOST, type Result } from "./keeping/results.ts";
export { RETENTION, type Retention } from "./keeping/retention.ts";
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
export {
  type Faults,
  type MemoryDisk,
  type MemoryOptions,
  newDisk,
  openMemory,
} from "./memory/memory.ts";
export { observeSqlite, openSqlite, type SqliteOptions } from "./sqlite.ts";
export { sha256 } from "./writing/decision.ts";
export { bytesOf, hashesIn } from "./writing/hashes.ts";
export { ERASED_CONTENT, isSealedText, openData, openEvent, openText } from "./writing/sealed.ts";
