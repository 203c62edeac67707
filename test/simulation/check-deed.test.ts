import { describe, expect, test } from "vitest";
import type { RunId } from "../../src/core/id.ts";
import type { Call } from "../../src/core/machine/index.ts";
import { chanceOf } from "./chance.ts";
import { perform } from "./deed.ts";
import { UNGOVERNED } from "./rates.ts";
import { stillness } from "./weather.ts";
import { openWorld, type World } from "./world.ts";

/** A world in which one call may be in flight, and nothing is done but what the test asks for. */
function worldOf(seed: number): World {
  const world = openWorld({
    chance: chanceOf(`world ${seed}`),
    weather: { ...stillness(true), trouble: 1 },
    definitions: new Map(),
    names: new Map(),
    versions: new Map(),
    governor: UNGOVERNED,
  });
  world.inFlightMost = 1;
  return world;
}

function begin(world: World, path: string): () => void {
  const call: Call = {
    key: 1,
    call: 1,
    path,
    attempt: 1,
    timeoutMs: null,
    agent: "reader",
    effects: "pure",
    uses: [],
  };
  return perform(world, {
    run: "wf_sim_0" as RunId,
    call,
    inputs: {},
    answer: () => {},
    use: () => {},
    useAll: () => {},
  });
}

/** One was told to stop five seconds ago, and says nothing. */
function silentWorld(): World {
  for (let seed = 0; seed < SEEDS_MOST; seed++) {
    const world = worldOf(seed);
    begin(world, "first")();
    const [first] = world.deeds;
    world.moments.after(5_000, () => {});
    while (world.moments.passed() < 5_000 && world.moments.step());
    if (first?.isHeld === true) return world;
  }
  throw new Error("In no world says an agent nothing.");
}

const SEEDS_MOST = 100;

function crowd(world: World): readonly string[] {
  begin(world, "second");
  return world.broken.filter(({ promise }) => promise === "in flight").map(({ what }) => what);
}

describe("what was told to stop and does not answer", () => {
  test("is in flight as long as it has time to answer", () => {
    expect(crowd(silentWorld())).toHaveLength(1);
  });

  test("is given up when the clock on the wall has shown that its time is over, though it is put back then", () => {
    const world = silentWorld();
    world.moments.shift(6_000);
    world.moments.shift(-2_000);
    expect(crowd(world)).toEqual([]);
  });

  test("is in flight though the clock on the wall was put back meanwhile, and forward again", () => {
    const world = silentWorld();
    world.moments.shift(-2_000);
    world.moments.shift(2_000);
    expect(crowd(world)).toHaveLength(1);
  });
});
