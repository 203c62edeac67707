import { PLANTS } from "./plants.ts";
import { type Play, type Played, play } from "./play.ts";
import type { Counts } from "./world.ts";

/** What is to be simulated, as it stands on the command line. */
export type Campaign = {
  readonly worlds: number;
  readonly seed: number;
  readonly size: number;
  readonly only: string | null;
  readonly minutes: number | null;
};

export type Found = {
  readonly seed: number;
  readonly size: number;
  readonly promise: string;
  readonly what: string;
};

export type Result = {
  readonly worlds: number;
  readonly events: number;
  readonly runs: number;
  readonly counts: Readonly<Record<string, number>>;
  /** One for each kind of broken promise, and in how many worlds it was seen. */
  readonly found: readonly (Found & { readonly times: number })[];
};

export const SIZE = 12;

/** World after world, until they are done or the time is over. */
export function simulate(campaign: Campaign): Result {
  const until =
    campaign.minutes === null ? Infinity : performance.now() + campaign.minutes * 60_000;
  const found = new Map<string, Found & { times: number }>();
  const counts: Record<string, number> = {};
  let worlds = 0;
  let events = 0;
  let runs = 0;
  for (; worlds < campaign.worlds && performance.now() < until; worlds++) {
    const { size, only } = campaign;
    const seed = campaign.seed + worlds;
    const played = safely({ seed, size, only });
    events += played.events;
    runs += played.runs;
    add(counts, played.counts);
    for (const { promise, what } of played.broken) {
      const known = found.get(promise);
      if (known === undefined) found.set(promise, { seed, size, promise, what, times: 1 });
      else if (known.seed !== seed) known.times++;
    }
  }
  return {
    worlds,
    events,
    runs,
    counts,
    found: [...found.values()].map((one) => shrunk(one, campaign)),
  };
}

function add(counts: Record<string, number>, more: Counts): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}

/** A machine that throws has broken the promise not to. */
function safely(options: Play): Pick<Played, "broken" | "counts" | "events" | "runs"> {
  try {
    return play(options);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { broken: [{ promise: "no throw", what }], counts: {} as Counts, events: 0, runs: 0 };
  }
}

/** The smallest workflows in which the same seed breaks the same promise. */
function shrunk(
  found: Found & { readonly times: number },
  { only }: Campaign,
): Found & { readonly times: number } {
  const { seed, promise } = found;
  for (let size = 1; size < found.size; size++) {
    const again = safely({ seed, size, only }).broken.find((one) => one.promise === promise);
    if (again !== undefined) return { ...found, size, what: again.what };
  }
  return found;
}

/** @returns the first seed in whose world the auditor says that the planted rule is broken, or null */
export function seek(
  name: string,
  worlds: number,
): { readonly seed: number; readonly worlds: number; readonly what: string } | null {
  const plant = PLANTS[name];
  if (plant === undefined)
    throw new Error(`There is no plant "${name}". There are: ${Object.keys(PLANTS).join("; ")}.`);
  for (let seed = 1; seed <= worlds; seed++) {
    const { broken } = safely({ seed, size: SIZE, only: null, plant } as Play);
    const seen = broken.find((one) => one.promise === plant.promise);
    if (seen !== undefined) return { seed, worlds: seed, what: seen.what };
  }
  return null;
}
