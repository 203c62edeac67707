export { type Bound, boundBy, namesOf, type Place, placeOf } from "./binding.ts";
export {
  type Attachment,
  type Bindings,
  CASE_LIMITS,
  type Case,
  type CaseFact,
  type CaseRequest,
  type CaseRun,
  type CaseWait,
  type Issue,
  liveRuns,
  type Message,
  noCase,
  type Request,
  type Unpassed,
} from "./case.ts";
export { type CaseDecision, decideCase } from "./decide.ts";
export type { CaseWorld } from "./drafting.ts";
export { type CaseBody, type CaseEvent, caseDraftOf, caseEventOf } from "./event.ts";
export { evolveCase } from "./evolve.ts";
export { caseFactsOf, caseReadable, requestOf } from "./judged.ts";
export { namedBy, REQUEST_KEPT_MS, requestName } from "./names.ts";
export { type CaseEffect, owedByCase } from "./owed.ts";
export { REOPEN_MS_MOST } from "./people.ts";
export type { CaseSignal, CaseTold, RunSaid } from "./signal.ts";
export { type CaseStanding, caseStanding, type Need, needsOf } from "./standing.ts";
export { caseParams } from "./started.ts";
export { maySay, type RunReading, saidBy, type ToolSending } from "./told-by-run.ts";
export { WRITTEN_MOST, type Written, writtenSince } from "./written-since.ts";
