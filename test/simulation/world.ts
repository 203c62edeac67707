import type { Workflow } from "../../src/core/definition/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Answer, EffectClass } from "../../src/core/machine/index.ts";
import type { Chance } from "./chance.ts";
import { type Moments, openMoments } from "./moments.ts";
import type { Governor } from "./rates.ts";
import type { Shell } from "./shell.ts";
import { openShop, type Shop } from "./shop.ts";
import type { Weather } from "./weather.ts";

/** One attempt as the world saw it, whatever the log says of it. */
export type Deed = {
  readonly run: RunId;
  readonly path: string;
  readonly key: number;
  readonly call: number;
  readonly agent: string;
  readonly effects: EffectClass;
  readonly inputs: JsonObject;
  readonly uses: readonly { readonly resource: string; readonly capacity: number }[];
  /** What it really uses up, whether anybody ever says so: never more than was set aside for it. */
  tokens: number;
  /** It changed something outside. */
  wrote: boolean;
  /** It may still change something. */
  isPending: boolean;
  /** The process that asked for it still waits for it. */
  isHeld: boolean;
  isToldToStop: boolean;
  /** When it was let in, by the clock on the wall, and by the how manyeth process. */
  readonly begunAt: number;
  readonly process: number;
  /** It was told to stop, and the clock on the wall has shown since that its time to answer was over: nobody waits for it. */
  isGivenUp: boolean;
  /** When it answered, by the clock on the wall; null: it did not, or nobody was there to hear. */
  endedAt: number | null;
  readonly answers: Answer[];
};

/** What somebody told a run, as far as the auditor has to know. */
export type Vote = {
  readonly run: RunId;
  readonly key: number;
  readonly voter: string;
  readonly digest: string;
  readonly allow: boolean;
};

export type Counts = {
  commits: number;
  crashes: number;
  jumps: number;
  refusedCommits: number;
  lost: number;
  doubled: number;
  late: number;
  failed: number;
  meddled: number;
  votes: number;
  exceptions: number;
  forked: number;
  tasks: number;
  uses: number;
  writes: number;
  byHand: number;
};

export type Broken = { readonly promise: string; readonly what: string };

export type World = {
  readonly chance: Chance;
  readonly weather: Weather;
  readonly moments: Moments;
  readonly definitions: ReadonlyMap<Digest, Workflow>;
  readonly names: ReadonlyMap<string, Digest>;
  readonly versions: ReadonlyMap<Digest, readonly Digest[]>;
  readonly deeds: Deed[];
  readonly votes: Vote[];
  readonly counts: Counts;
  readonly broken: Broken[];
  /** Troubles so far, by run and path, so that a calm world lets every step end well at last. */
  readonly troubles: Map<string, number>;
  readonly governor: Governor;
  readonly shop: Shop;
  /** Why nobody may use a tool at a moment; null: whoever may. */
  halted: (at: number, tool: string) => string | null;
  /** How much may be in flight now; null: nobody says. */
  inFlightMost: number | null;
  /** Events are on disk. */
  committed: () => void;
  /** When that was last so, or when a process was opened. */
  quietSince: number;
  /** The process is gone, and the next is not there yet. */
  isReopening: boolean;
  /** Ends what the process of now is doing. */
  crash: () => void;
  shell: Shell | null;
};

export function openWorld(
  given: Pick<World, "chance" | "weather" | "definitions" | "names" | "versions" | "governor">,
): World {
  return {
    ...given,
    moments: openMoments(),
    shop: openShop(),
    halted: () => null,
    deeds: [],
    votes: [],
    broken: [],
    troubles: new Map(),
    inFlightMost: null,
    committed: () => {},
    quietSince: 0,
    isReopening: false,
    crash: () => {},
    shell: null,
    counts: {
      commits: 0,
      crashes: 0,
      jumps: 0,
      refusedCommits: 0,
      lost: 0,
      doubled: 0,
      late: 0,
      failed: 0,
      meddled: 0,
      votes: 0,
      exceptions: 0,
      forked: 0,
      tasks: 0,
      uses: 0,
      writes: 0,
      byHand: 0,
    },
  };
}

export function breaks(world: World, promise: string, what: string): void {
  world.broken.push({ promise, what });
}
