export type { Expression, Outcome, Scope, Template } from "./expression.ts";
