export { type VirtualClock, virtualClock } from "../engine/runtime/index.ts";
export { openTestCompany, type TestCompany, type TestRun } from "./test-company.ts";
