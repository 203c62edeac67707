import type { WhatHappened } from "../../core/history/index.ts";
import { count } from "./text.ts";

/**
 * What became of the effects in flight, one sentence for each sort.
 *
 * @param isAtRest no process is at work: what is called in flight was interrupted
 */
export function happenedLines(
  happened: WhatHappened,
  { isAtRest }: { readonly isAtRest: boolean },
): readonly string[] {
  const { goOn, subRuns, toldToStop, dropped, answeredFor, notBegun, begun, isPaused } = happened;
  const nothingNew = isPaused ? "; nothing new begins" : "";
  const lines = [
    ...(goOn > 0 ? [goingOn(goOn, isAtRest) + nothingNew] : []),
    ...(toldToStop > 0
      ? [
          `${count(toldToStop, "writer")} ${was(toldToStop)} told to stop and ${is(toldToStop)} awaited`,
        ]
      : []),
    ...(dropped > 0 ? [`${count(dropped, "pure attempt")} ${was(dropped)} dropped`] : []),
    ...(answeredFor > 0
      ? [
          `${count(answeredFor, "writer")} ${is(answeredFor)} waited for no more, and may have done its work`,
        ]
      : []),
    ...(notBegun > 0
      ? [`${count(notBegun, "attempt")} had not begun and ${does(notBegun)} not`]
      : []),
    ...(begun > 0 ? [`${count(begun, "attempt")} ${begun === 1 ? "begins" : "begin"}`] : []),
    ...subRuns
      .slice(0, RUNS_NAMED_MOST)
      .map((run) => `The sub-run ${run} goes on by itself: muster runs pause ${run} --why WHY`),
  ].map((line) => `${line}.`);
  if (lines.length > 0) return lines;
  return [isPaused ? "Nothing is in flight, and nothing new begins." : "Nothing was in flight."];
}

/** The sub-runs that are named. */
const RUNS_NAMED_MOST = 5;

function goingOn(goOn: number, isAtRest: boolean): string {
  if (!isAtRest)
    return `${count(goOn, "attempt")} ${goOn === 1 ? "goes" : "go"} on and ${is(goOn)} recorded`;
  return `${count(goOn, "attempt")} ${was(goOn)} interrupted and ${is(goOn)} repeated when a process is at work`;
}

function was(number: number): string {
  return number === 1 ? "was" : "were";
}

function is(number: number): string {
  return number === 1 ? "is" : "are";
}

function does(number: number): string {
  return number === 1 ? "does" : "do";
}
