export type { Company, Published, Started, Waiting } from "./company.ts";
export { type CompanyOptions, openCompany } from "./open-company.ts";
export { beginHistory, type Logs, readHistory } from "./read-history.ts";
export type { Reviewed } from "./review.ts";
export type { Line } from "./staff.ts";
