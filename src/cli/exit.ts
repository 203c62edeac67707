import type { RunStatus } from "../core/history/index.ts";
import type { Failure } from "../core/machine/index.ts";
import type { ProblemCode } from "../core/problem.ts";
import { unreachable } from "../core/unreachable.ts";

/** What the process says at its end; `muster --help` and docs/reference/cli.md list them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 5,
  waits: 6,
  limit: 7,
  timedOut: 8,
  interrupted: 130,
} as const;

/** For people, in the order of their numbers. */
export const EXIT_WORDS: readonly (readonly [number, string])[] = [
  [EXIT.done, "done"],
  [EXIT.failed, "the run failed or was cancelled, or the folder could not be used"],
  [EXIT.usage, "the command or the definition is wrong"],
  [EXIT.notFound, "there is no such run, workflow or folder"],
  [EXIT.conflict, "already decided or ended, or a process that does not answer holds the folder"],
  [EXIT.waits, "the run waits for a person or an event"],
  [EXIT.limit, "a limit stopped it"],
  [EXIT.timedOut, "the run ran out of its time"],
  [EXIT.interrupted, "interrupted; the run goes on later"],
];

/** Of a run that was followed until it ended or waits for what this process cannot bring. */
export function exitOfRun(status: RunStatus, error: Failure | null): number {
  switch (status) {
    case "completed":
      return EXIT.done;
    case "failed":
    case "cancelled":
    case "rolled back":
      return error ? (OF_FAILURE[error.kind] ?? EXIT.failed) : EXIT.failed;
    case "accepted":
    case "running":
    case "waiting":
    case "paused":
      return EXIT.waits;
    default:
      return unreachable(status);
  }
}

/** Kinds of failure of a whole run that have a number of their own. */
const OF_FAILURE: Readonly<Record<string, number>> = {
  timeout: EXIT.timedOut,
  total_timeout: EXIT.timedOut,
  limit: EXIT.limit,
  rounds_exhausted: EXIT.limit,
};

/** Whatever is not named here is wrong with the command or the definition. */
const OF_PROBLEM: { readonly [Code in ProblemCode]?: number } = {
  "not-found": EXIT.notFound,
  "no-folder": EXIT.notFound,
  "unknown-workflow": EXIT.notFound,
  conflict: EXIT.conflict,
  "already-ended": EXIT.conflict,
  "not-allowed": EXIT.conflict,
  locked: EXIT.conflict,
  limit: EXIT.limit,
  "unhealthy-agent": EXIT.failed,
  gone: EXIT.failed,
  "disk-full": EXIT.failed,
  "read-only": EXIT.failed,
  "network-disk": EXIT.failed,
  corrupt: EXIT.failed,
  "newer-version": EXIT.failed,
  io: EXIT.failed,
  bug: EXIT.failed,
};

export function exitOfProblem(code: ProblemCode): number {
  return OF_PROBLEM[code] ?? EXIT.usage;
}
