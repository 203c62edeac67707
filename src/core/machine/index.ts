export { STRATEGY_OF_CLASS } from "./attempts/strategy.ts";
export {
  type Ledger,
  NEW_LEDGER,
  type Settled,
  SHORT_MOST,
  settledBy,
  unitOf,
  usageOfRun,
} from "./budget/ledger.ts";
export { limitsOf, runLeft } from "./budget/reserve.ts";
export { contentsIn, type ForkPlan, planFork } from "./control/fork.ts";
export { hasEnded, type Inheritance, type Inherited, type Source } from "./control/inheritance.ts";
export { type Past, pastOf } from "./control/past.ts";
export { barePath, isUndo, stepAt } from "./control/undo.ts";
export { type Decision, decide } from "./decide.ts";
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
export { owed, owedBy, timerDue } from "./owed.ts";
export { waitsForCondition } from "./people/on-condition.ts";
export { type Packet, packetOf } from "./people/packet.ts";
export { absent, type Frame, MACHINE_VERSION, type Open, type OpenGate, type Run } from "./run.ts";
export { childrenOf, contextOf, givenAt, load, type Read, stepsOf } from "./scope.ts";
export type { Answer, Fork, Signal, Told } from "./signal.ts";
export { freeze, isSnapshotDue, type Pages, thaw } from "./snapshot.ts";
export { isUnsettled, progressOf, type RunStatus, statusOf, type Wait, waitsOf } from "./status.ts";
export { asksOf, childOf, depthOf, type TaskAsked, taskOf } from "./steps/task.ts";
export { workOf } from "./steps/work.ts";
export { type Turn, turnsOf } from "./tables/difference.ts";
export { emptyTable, entries, get, remove, set, some, type Table } from "./tables/table.ts";
export { isLabelled, labelled, NOTHING_LABELLED } from "./uses/run-labels.ts";
export type { ReadRecord, UndoCall, UseOutcome, WrittenRecord } from "./uses/use-event.ts";
export {
  argsNow,
  askOf,
  type DoneUse,
  type OpenUse,
  USE_ARGS_BYTES_MOST,
  type UseStanding,
  useAt,
  useStanding,
} from "./uses/uses.ts";
export type { Written } from "./written.ts";
export { draftOf, eventOf, SYSTEM } from "./written.ts";
