import { type Amounts, NO_AMOUNTS } from "../amounts.ts";
import type { Experience, StepExperience, Try } from "./experience.ts";
import { median } from "./quantile.ts";

/** Of an attempt of which nothing is known. */
export const TRY_SUPPOSED_MS = 1_000;
/** So many tries or more of one step are enough to draw from. */
const TRIES_KNOWN_LEAST = 3;

/** How one attempt is supposed to go. */
export type Supposed = {
  readonly ms: number;
  /** The kind of its error; null: it goes well. */
  readonly error: string | null;
  readonly usage: Amounts;
  /** Whence: past runs of this step, of its agent; what the agent's author says; nothing. */
  readonly from: "past" | "declared" | "supposed";
};

export type Guess = {
  readonly path: string;
  /** 1 for the first attempt: later ones are drawn from later ones. */
  readonly attempt: number;
  readonly estimate: Amounts | undefined;
  /** 0 to 1, drawn by the caller; null is: what is usual, without failures. */
  readonly chance: number | null;
};

/** How an attempt goes: as usual, or as one of those that there were. */
export function suppose(
  experience: Experience,
  { path, attempt, estimate, chance }: Guess,
): Supposed {
  const tries = experience.steps.get(path)?.tries ?? [];
  if (tries.length === 0)
    return {
      ms: TRY_SUPPOSED_MS,
      error: null,
      usage: estimate ?? NO_AMOUNTS,
      from: estimate === undefined ? "supposed" : "declared",
    };
  const like = tries.filter(({ number }) => number === attempt);
  const drawn =
    chance === null || tries.length < TRIES_KNOWN_LEAST
      ? undefined
      : like[Math.floor(chance * like.length)];
  const one = drawn ?? usual(tries);
  return { ms: one.ms, error: one.error, usage: one.usage, from: "past" };
}

/** The one in the middle of those that went well; where none did, of all, as if it had. */
function usual(tries: readonly Try[]): Pick<Try, "ms" | "error" | "usage"> {
  const well = tries.filter(({ error }) => error === null);
  const among = well.length > 0 ? well : tries;
  const ms = median(among.map((one) => one.ms));
  return { ms, error: null, usage: usualUsage(among) };
}

function usualUsage(tries: readonly Try[]): Amounts {
  const units = new Set(tries.flatMap(({ usage }) => Object.keys(usage)));
  return Object.fromEntries(
    [...units].map((unit) => [unit, median(tries.map(({ usage }) => usage[unit] ?? 0))]),
  );
}

/** How long a person, an event or a time was waited for; null where nobody knows. */
export function usualWaitMs(step: StepExperience | undefined): number | null {
  return step === undefined || step.waitsMs.length === 0 ? null : median(step.waitsMs);
}
