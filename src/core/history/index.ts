export { failedStep } from "./cause.ts";
export { recordAt } from "./change.ts";
export {
  CHECKPOINTS_KEPT_MOST,
  type Checkpoint,
  type Counting,
  checkpointsOf,
  countCheckpoints,
  NO_CHECKPOINTS,
  nextMoment,
  passing,
  policyOf,
} from "./checkpoints.ts";
export { type Comparison, compareRuns, isAlike, type Side } from "./compare.ts";
export { ALWAYS_LEAST, countGates, type GateCount, type GateTally } from "./gate-tally.ts";

export type { Counts, ErrorRecord, History, UsageSum, WarningRecord } from "./history.ts";
export { emptyHistory } from "./history.ts";
export { placeAt } from "./place.ts";
export type { Progress } from "./progress.ts";
export { progressOf, timeLeftMs } from "./progress.ts";
export { progressDocument } from "./progress-document.ts";
export { readEvent, readingWith } from "./read-event.ts";
export type {
  ExceptionRecord,
  GateRecord,
  HoldRecord,
  StepRecord,
  StepStatus,
  Tally,
  TaskRecord,
  Vote,
} from "./record.ts";
export { isEnded } from "./record.ts";
export { type Known, resourceDocument, tokensBudgetOf } from "./resource-document.ts";
export { settingsOf } from "./settings.ts";
export { type Beside, countedSteps, isWell, stateDocument } from "./state-document.ts";
export type { RunStatus, RunView, StepView } from "./view.ts";
export { exceptionsOf, gatesOf, holdsOf, statusOf, tasksOf, viewOf } from "./view.ts";
export { type WhatHappened, whatHappened } from "./what-happened.ts";
