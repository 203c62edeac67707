export { type CaseFilter, type CaseHeard, type CaseLog, openCaseLog } from "./case-log.ts";
export { type Arriving, placing, type TakenIn, takeIn } from "./intake.ts";
export { type CaseKeeper, openCaseKeeper } from "./keeper.ts";
