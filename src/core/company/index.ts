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
export { publishMap } from "./publish-map.ts";
export { type Steering, steer } from "./steer.ts";
