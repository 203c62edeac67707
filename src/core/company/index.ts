export type { AuditBody, SigningKeys } from "./audit-event.ts";
export {
  type CompanyBody,
  type CompanyEvent,
  type CompanyState,
  companyDraftOf,
  companyEventOf,
  evolveCompany,
  type MapVersion,
  NEW_COMPANY,
  type Steered,
} from "./company.ts";
export {
  DELEGATION_MS_MOST,
  DELEGATIONS_MOST,
  type Given,
  type Governed,
  type Governing,
  govern,
  type Kill,
  type Review,
  stoppedBy,
} from "./governed.ts";
export {
  changePeople,
  type MapProposed,
  type PublishingRule,
  publishMap,
} from "./publish-map.ts";
export { type Steering, steer } from "./steer.ts";
