import { hash, randomUUID } from "node:crypto";
import { parseRunId, type RunId } from "../../../core/id.ts";

/** Digits of the time in base 36: enough for the next three thousand years, so that ids sort by time. */
const TIME_DIGITS = 9;
/** Of a UUID's leading half, which is chance alone; Node draws chance for many of them at once. */
const CHANCE_DIGITS = 12;
/** Of the digest of a request's id: the same request is the same run. */
const REQUEST_DIGITS = 32;

/**
 * `wf_` and the time, so that ids of one company sort by when they were given, and chance.
 *
 * @param requestId where there is one the run is named by it alone, so that the second request finds
 *                  the first for as long as the log keeps it, which is thirty days at least
 */
export function newRunId(now: number, requestId: string | undefined): RunId {
  const name =
    requestId === undefined
      ? now.toString(36).padStart(TIME_DIGITS, "0") + chance()
      : `r${hash("sha256", requestId).slice(0, REQUEST_DIGITS)}`;
  const id = parseRunId(`wf_${name}`);
  if (id === null) throw new Error(`No run can be called wf_${name}.`);
  return id;
}

function chance(): string {
  return randomUUID().replace("-", "").slice(0, CHANCE_DIGITS);
}
