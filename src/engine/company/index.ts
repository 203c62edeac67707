export type { Company, Started, Waiting } from "./company.ts";
