export type { NoticeRecord } from "../notify/index.ts";
export { caseAtRest } from "./cases/case-rest.ts";
export type { CaseListed, CasesWanted, Requested, RequestTypeListed } from "./cases/case-verbs.ts";
export type { CaseTelling } from "./cases/check-case-told.ts";
export {
  ATTACHMENT_BYTES_MOST,
  ATTACHMENTS_MOST,
  type RequestGiven,
} from "./cases/check-request.ts";
export { type InboxItem, inboxOf } from "./cases/inbox.ts";
export type { Company, WorkflowListed } from "./company.ts";
export { peopleIn } from "./files/people-file.ts";
export { recall } from "./files/workflow-file.ts";
export { zoneIn } from "./files/zone-in.ts";
export type { MapAsked, MapDrawn } from "./map/draw-map.ts";
export type { GovernedNow } from "./map/governed.ts";
export type { MapCompared, WhichMap } from "./map/map-verbs.ts";
export type { MapPublished, Maps } from "./map/maps.ts";
export type { RulesListed, RulesReplayed, RuleView } from "./map/rules-verbs.ts";
export type { ToolListed, ToolShown, ToolTried, ToolTrying } from "./map/tool-verbs.ts";
export { type CompanyOptions, openCompany } from "./open-company.ts";
export type { Audited, OutsideCheckpoints, SignedNow } from "./record/audit.ts";
export type { Erased } from "./record/erasing.ts";
export type { WhyAsked, WhyTold } from "./record/why.ts";
export { openArchived } from "./runs/archived-run.ts";
export type { Archiving, ArchivingDone } from "./runs/archiving.ts";
export {
  ARTIFACT_BYTES_MOST,
  type ArtifactGot,
  type ArtifactListed,
  type ArtifactName,
  type ArtifactPut,
  type FilePut,
} from "./runs/artifacts.ts";
export type {
  CheckpointListed,
  Forked,
  Imported,
  Published,
  Started,
  Waiting,
} from "./runs/company-runs.ts";
export { beginHistory, type Logs, readHistory, withSubRuns } from "./runs/read-history.ts";
export type { Reviewed } from "./runs/review.ts";
export { newRunId } from "./runs/run-id.ts";
export type { Binding, ForOneRun } from "./runs/run-overlay.ts";
export type { AgentView } from "./staff/agents.ts";
export type { Line } from "./staff/staff.ts";
