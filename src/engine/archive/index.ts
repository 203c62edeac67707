export { ARCHIVE_ENDING, type ArchivedRun, linesIn, readArchive } from "./archive-file.ts";
export { type Archiver, openArchiver, type Taken } from "./archiver.ts";
