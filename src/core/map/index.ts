export { mayBeUsed } from "./check/may-be-used.ts";
export { readStatement, type SqlStatement } from "./check/sql-statement.ts";
export { statementFaults } from "./check/statements.ts";
export { statementProblems, type Unprepared } from "./check/unprepared.ts";
export { deciderOf } from "./decider.ts";
export { HARBOUR } from "./example-map.ts";
export { fileDifferencesOf } from "./file-difference.ts";
export { filesBeside } from "./files-beside.ts";
export { madeMapFiles } from "./keys/schema-file.ts";
export { contentOfMap, filesOfMap, MAP_BYTES_MOST, mapOfContent } from "./map-content.ts";
export { differencesOf, type MapDifference } from "./map-difference.ts";
export { type OpenapiOperation, openapiOperation, readDocument } from "./openapi-operation.ts";
export { type Reach, reachOf } from "./reach.ts";
export { readCalendar } from "./read/calendar.ts";
export {
  CALENDAR_FILE,
  MAP_FILE,
  type MapFile,
  type MapSurroundings,
  PEOPLE_FILE,
  type ReadWorkMap,
  readWorkMap,
} from "./read/work-map.ts";
export {
  type Grant,
  LEVELS,
  type Level,
  type Readable,
  type RequestType,
  type System,
  type SystemKind,
  type Tool,
  type ToolLimits,
  TRUSTS,
  type Trust,
  type WorkMap,
} from "./work-map.ts";
