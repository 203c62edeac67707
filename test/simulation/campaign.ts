import { PLANTS } from "./plants.ts";
import { type Play, type Played, play, playRuntime } from "./play.ts";
import type { Counts } from "./world.ts";

/** What is to be simulated, as it stands on the command line. */
export type Campaign = {
  readonly worlds: number;
  readonly seed: number;
  readonly size: number;
  readonly only: string | null;
  readonly minutes: number | null;
  /** What carries the runs: the runtime that ships, or the machine in the smallest shell. */
  readonly shell: "machine" | "runtime";
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
export async function simulate(campaign: Campaign): Promise<Result> {
  const until =
    campaign.minutes === null ? Infinity : performance.now() + campaign.minutes * 60_000;
  const found = new Map<string, Found & { times: number }>();
  const counts: Record<string, number> = {};
  let worlds = 0;
  let events = 0;
  let runs = 0;
  for (; worlds < campaign.worlds && performance.now() < until; worlds++) {
    const { size, only, shell } = campaign;
    const seed = campaign.seed + worlds;
    const played = await safely({ seed, size, only, shell });
    events += played.events;
    runs += played.runs;
    add(counts, played.counts);
    for (const { promise, what } of played.broken) {
      const known = found.get(promise);
      if (known === undefined) found.set(promise, { seed, size, promise, what, times: 1 });
      else if (known.seed !== seed) known.times++;
    }
  }
  const smallest: Result["found"][number][] = [];
  for (const one of found.values()) smallest.push(await shrunk(one, campaign));
  return { worlds, events, runs, counts, found: smallest };
}

function add(counts: Record<string, number>, more: Partial<Counts>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}

/** A machine that throws has broken the promise not to. */
async function safely(
  options: Play,
): Promise<Pick<Played, "broken" | "counts" | "events" | "runs">> {
  try {
    return options.shell === "runtime" ? await playRuntime(options) : play(options);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { broken: [{ promise: "no throw", what }], counts: {}, events: 0, runs: 0 };
  }
}

type Seen = Found & { readonly times: number };

/** The smallest workflows in which the same seed breaks the same promise. */
async function shrunk(found: Seen, { only, shell }: Campaign): Promise<Seen> {
  const { seed, promise } = found;
  for (let size = 1; size < found.size; size++) {
    const { broken } = await safely({ seed, size, only, shell });
    const again = broken.find((one) => one.promise === promise);
    if (again !== undefined) return { ...found, size, what: again.what };
  }
  return found;
}

/** @returns the first world in which the auditor says that the planted rule is broken, or null */
export async function seek(name: string, worlds: number): Promise<Found | null> {
  const plant = PLANTS[name];
  if (plant === undefined)
    throw new Error(`There is no plant "${name}". There are: ${Object.keys(PLANTS).join("; ")}.`);
  const { promise, from = 1 } = plant;
  for (let seed = from; seed < from + worlds; seed++) {
    const { broken } = await safely({
      seed,
      size: SIZE,
      only: plant.only ?? null,
      shell: plant.shell ?? "machine",
      plant,
    });
    const seen = broken.find((one) => one.promise === promise);
    if (seen !== undefined) return { seed, size: SIZE, promise, what: seen.what };
  }
  return null;
}

/** A world without any other fault, in which the process is gone at each commit in turn, before and after it. */
export async function everyCommit(
  options: Pick<Play, "seed" | "size" | "only" | "shell">,
): Promise<readonly Found[]> {
  const { seed, size } = options;
  const undisturbed = await safely({ ...options, crashAt: 0 });
  const found: Found[] = undisturbed.broken.map((one) => ({ ...one, seed, size }));
  const commits = undisturbed.counts.commits ?? 0;
  for (let crashAt = 2; crashAt < 2 * commits + 2; crashAt++) {
    const { broken } = await safely({ ...options, crashAt });
    for (const one of broken)
      found.push({ ...one, seed, size, what: `crashed at ${crashAt / 2}: ${one.what}` });
  }
  return found;
}
