export { adapted, type Limited, openAdaptive } from "./adaptive.ts";
export { type Breaker, openBreaker, type Refusal } from "./breaker.ts";
export {
  type CallLimit,
  type CallRates,
  type Held,
  openCallRates,
  type Pass,
} from "./call-rates.ts";
