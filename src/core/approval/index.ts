export {
  type Approval,
  type ApprovalVote,
  actionsOf,
  chainOf,
  evolveApproval,
  isAbout,
  isPlain,
  newApproval,
  nextMoment,
  type Said,
  stageOf,
} from "./approval.ts";
export {
  type Chain,
  type Deciders,
  type Delegation,
  type Excluded,
  type KeptChain,
  keptChain,
  type Stage,
  type TimeoutStep,
} from "./chain.ts";
export { type Consuming, type Consumption, consumeApproval } from "./consume.ts";
export {
  decidersOf,
  delegators,
  isInForce,
  meantBy,
  sayDeciders,
  sayVoter,
  whyExcluded,
} from "./deciders.ts";
export { dueApproval, termOf } from "./due.ts";
export { changed, EDITS_MOST, valueAt } from "./edit.ts";
export { type ApprovalEvent, CHANNELS, type Channel, type Voided } from "./event.ts";
export {
  type DataShown,
  type Difference,
  differenceOf,
  EVIDENCE_LINES_MOST,
  type Evidence,
  mergeEvidence,
  NO_EVIDENCE,
  type RequestShown,
  type RuleShown,
} from "./evidence.ts";
export type { ApprovalFacts } from "./facts.ts";
export {
  type Again,
  type ApprovalTold,
  hearApproval,
  TALK_MOST,
  VIEWS_MOST,
} from "./hear.ts";
export { type Link, type Linked, type LinkUse, useLink } from "./link.ts";
export { type AskedOf, begunApproval, JOINED, joinedChains, openApproval } from "./open.ts";
export {
  ACTIONS_MOST,
  type ActionAsked,
  type GateOpening,
  type Parties,
  presentedDigest,
  type RuleRef,
  type Terms,
  usesOf,
} from "./opening.ts";
export { whyMayNot } from "./right.ts";
export { whyNotTogether } from "./together.ts";
