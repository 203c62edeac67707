export type {
  Chain,
  Deciders,
  Delegation,
  Excluded,
  Stage,
  TimeoutStep,
} from "./chain.ts";
