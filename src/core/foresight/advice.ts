import type { AdviceId } from "../definition/index.ts";
import type { Place } from "../problem.ts";

/** What could be better, where, and the mend; nothing is wrong. */
export type Advice = {
  readonly id: AdviceId;
  readonly message: string;
  readonly mend: string;
  readonly where: Place;
};

/** Advice before the id and its place are added; without a place it is about the whole workflow. */
export type Finding = {
  readonly message: string;
  readonly mend: string;
  readonly where?: Place;
};
