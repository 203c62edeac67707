export {
  type CompanyBody,
  type CompanyEvent,
  type CompanyState,
  companyDraftOf,
  companyEventOf,
  evolveCompany,
  NEW_COMPANY,
  type Steered,
} from "./company.ts";
export { type Steering, steer } from "./steer.ts";
