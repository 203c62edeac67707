export { openTestCompany, type TestCompany, type TestRun } from "./test-company.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
