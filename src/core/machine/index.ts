export { type Decision, decide } from "./decide.ts";
export { type Turn, turnsOf } from "./difference.ts";
export { DECISION_EVENTS_MOST, INLINE_BYTES_MOST } from "./draft.ts";
export type { Call, Effect } from "./effect.ts";
export type {
  AmendedLimits,
  Body,
  EffectClass,
  Event,
  EventType,
  ExceptionWhy,
  Key,
  Opening,
  Path,
  Reserving,
  RunOutcome,
  Seq,
  StepOutcome,
  Stored,
  TaskOpening,
  Usage,
} from "./event.ts";
export { CASE_MESSAGE } from "./event.ts";
export { evolve, evolving } from "./evolve.ts";
export type {
  Account,
  Asked,
  Facts,
  Judged,
  Judging,
  Ranked,
} from "./facts.ts";
export {
  classOf,
  FAILURE_KINDS,
  type Failure,
  type FailureClass,
  failure,
  isCertain,
} from "./failure.ts";
export { contentsIn, type ForkPlan, planFork } from "./fork.ts";
export { hasEnded, type Inheritance, type Inherited, type Source } from "./inheritance.ts";
export {
  type Ledger,
  NEW_LEDGER,
  type Settled,
  SHORT_MOST,
  settledBy,
  unitOf,
  usageOfRun,
} from "./ledger.ts";
export { owed, owedBy, timerDue } from "./owed.ts";
export { type Packet, packetOf } from "./packet.ts";
export { type Past, pastOf } from "./past.ts";
export { limitsOf, runLeft } from "./reserve.ts";
export { absent, type Frame, MACHINE_VERSION, type Open, type OpenGate, type Run } from "./run.ts";
export { isLabelled, labelled, NOTHING_LABELLED } from "./run-labels.ts";
export { childrenOf, contextOf, givenAt, load, type Read, stepsOf } from "./scope.ts";
export type { Answer, Fork, Signal, Told } from "./signal.ts";
export { freeze, isSnapshotDue, type Pages, thaw } from "./snapshot.ts";
export { isUnsettled, progressOf, type RunStatus, statusOf, type Wait, waitsOf } from "./status.ts";
export { STRATEGY_OF_CLASS } from "./strategy.ts";
export { emptyTable, entries, get, remove, set, some, type Table } from "./table.ts";
export { asksOf, childOf, depthOf, type TaskAsked, taskOf } from "./task.ts";
export { barePath, isUndo, stepAt } from "./undo.ts";
export type { ReadRecord, UndoCall, UseOutcome, WrittenRecord } from "./use-event.ts";
export { askOf, type DoneUse, type OpenUse, type UseStanding, useAt, useStanding } from "./uses.ts";
export { workOf } from "./work.ts";
export type { Written } from "./written.ts";
export { draftOf, eventOf, SYSTEM } from "./written.ts";
