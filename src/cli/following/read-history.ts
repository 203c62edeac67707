export { beginHistory, type Logs, readHistory, withSubRuns } from "../../engine/company/index.ts";
