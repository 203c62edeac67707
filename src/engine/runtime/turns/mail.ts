import type { Event, Signal } from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Attempt } from "../calls/attempt.ts";
import type { Content } from "../contents.ts";

/** A signal on its way to a run. */
export type Mail = {
  readonly signal: Signal;
  /** Names a signal that must not count twice in its run; it is decided and committed on its own. */
  readonly cause: string | null;
  /** Must be stored with the event that names it. */
  readonly content: Content | null;
  /** The attempt that this answers or begins. */
  readonly attempt: Attempt | null;
  /** Told once, after the commit. Absent: nobody waits for it. */
  readonly told: Told | null;
  /** From outside: when the disk refuses, whoever sent it is told; all else is tried again. */
  readonly refused: ((error: Error) => void) | null;
};

type Told = (outcome: readonly Event[] | Problem) => void;

export function mail(signal: Signal, more?: Partial<Mail>): Mail {
  return { signal, cause: null, content: null, attempt: null, told: null, refused: null, ...more };
}

export function isProblem(outcome: readonly Event[] | Problem): outcome is Problem {
  return !Array.isArray(outcome);
}
