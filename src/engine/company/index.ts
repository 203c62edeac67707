export type { NoticeRecord } from "../notify/index.ts";
export type { AgentView } from "./agents.ts";
export { openArchived } from "./archived-run.ts";
export type { Archiving, ArchivingDone } from "./archiving.ts";
export {
  ARTIFACT_BYTES_MOST,
  type ArtifactGot,
  type ArtifactListed,
  type ArtifactName,
  type ArtifactPut,
  type FilePut,
} from "./artifacts.ts";
export type { Audited, OutsideCheckpoints, SignedNow } from "./audit.ts";
export { caseAtRest } from "./case-rest.ts";
export type { CaseListed, CasesWanted, Requested, RequestTypeListed } from "./case-verbs.ts";
export type { CaseTelling } from "./check-case-told.ts";
export {
  ATTACHMENT_BYTES_MOST,
  ATTACHMENTS_MOST,
  type RequestGiven,
} from "./check-request.ts";
export type {
  CheckpointListed,
  Company,
  Forked,
  Imported,
  Published,
  Started,
  Waiting,
  WorkflowListed,
} from "./company.ts";
export type { MapAsked, MapDrawn } from "./draw-map.ts";
export type { GovernedNow } from "./governed.ts";
export { type InboxItem, inboxOf } from "./inbox.ts";
export type { MapCompared, WhichMap } from "./map-verbs.ts";
export type { MapPublished, Maps } from "./maps.ts";
export { type CompanyOptions, openCompany } from "./open-company.ts";
export { peopleIn } from "./people-file.ts";
export { beginHistory, type Logs, readHistory, withSubRuns } from "./read-history.ts";
export type { Reviewed } from "./review.ts";
export type { RulesListed, RulesReplayed, RuleView } from "./rules-verbs.ts";
export { newRunId } from "./run-id.ts";
export type { Binding, ForOneRun } from "./run-overlay.ts";
export type { Line } from "./staff.ts";
export type { ToolListed, ToolShown, ToolTried, ToolTrying } from "./tool-verbs.ts";
export type { WhyAsked, WhyTold } from "./why.ts";
export { recall } from "./workflow-file.ts";
export { zoneIn } from "./zone-in.ts";
