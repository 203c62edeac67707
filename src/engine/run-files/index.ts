export { metricsOf } from "./metrics.ts";
export { openRunFiles, type RunFilesReader, removeFiles } from "./run-files.ts";
export { runLog } from "./run-log.ts";
export { filesOf, type Papers } from "./write-files.ts";
