export { type Breaker, openBreaker, type Refusal } from "./breaker.ts";
