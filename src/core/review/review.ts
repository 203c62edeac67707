import type { JsonObject } from "../json.ts";
import { checklistOf, type Point } from "./checklist.ts";
import type { Evidence } from "./evidence.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { type Tick, ticksOf } from "./ticks.ts";

/** What is to be said of a run as a whole: the completion checklist, the six ticks, and what is wrong. */
export type Review = {
  readonly points: readonly Point[];
  readonly ticks: readonly Tick[];
  readonly findings: readonly Finding[];
};

export function reviewOf(evidence: Evidence): Review {
  const points = checklistOf(evidence);
  return { points, ticks: ticksOf(evidence, points), findings: findingsOf(evidence) };
}

/** Nothing in it is not true, and nothing is wrong. */
export function isSound({ points, findings }: Review): boolean {
  return findings.length === 0 && points.every(({ answer }) => answer !== "not true");
}

/** As it stands in documents. */
export function reviewDocument(review: Review): JsonObject {
  return {
    sound: isSound(review),
    checklist: review.points.map(({ id, text, answer, evidence }) => ({
      id,
      text,
      answer,
      evidence,
    })),
    completed: review.ticks.map(({ text, isTrue, why }) => ({ text, ticked: isTrue, why })),
    findings: review.findings.map((finding) => ({ ...finding })),
  };
}
