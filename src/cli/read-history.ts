export { beginHistory, type Logs, readHistory } from "../engine/company/index.ts";
