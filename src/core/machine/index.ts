export type { Call, Effect } from "./effect.ts";
export type {
  Body,
  EffectClass,
  Event,
  EventType,
  ExceptionWhy,
  GateOpening,
  Key,
  Opening,
  Path,
  RunOutcome,
  Seq,
  StepOutcome,
  Stored,
  Usage,
} from "./event.ts";
export type { Facts, Ranked } from "./facts.ts";
export type { Failure, FailureClass } from "./failure.ts";
export type { Answer, Signal, Told } from "./signal.ts";
export type { Written } from "./written.ts";
export { draftOf, eventOf } from "./written.ts";
