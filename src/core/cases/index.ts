export type { Case, CaseId, Request } from "./case.ts";
