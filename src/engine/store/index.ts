export type {
  Append,
  Appended,
  Draft,
  Log,
  NewStanding,
  Standing,
  StandingFilter,
  Timer,
} from "./log.ts";
