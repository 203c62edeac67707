export type { Answered, Point, PointId } from "./checklist.ts";
export type { CheckpointNote, Estimate, Evidence, NoticeNote, Reading } from "./evidence.ts";
export { beginReading, readOn, took, tookMs } from "./evidence.ts";
export type { Finding, Indicator } from "./findings.ts";
export { findingsOf, INDICATORS } from "./findings.ts";
export type { Review } from "./review.ts";
export { isSound, reviewDocument, reviewOf } from "./review.ts";
export type { Tick } from "./ticks.ts";
