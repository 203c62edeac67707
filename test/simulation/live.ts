import { type Digest, parseRunId, type RunId } from "../../src/core/id.ts";
import { chanceOf } from "./chance.ts";
import { abandon } from "./deed.ts";
import { type ForkFlaw, openForks } from "./forks.ts";
import { inventionOf, type Library } from "./library.ts";
import { openPeople, type People } from "./people.ts";
import type { Shell } from "./shell.ts";
import { DEFAULTS } from "./taste.ts";
import { clear } from "./weather.ts";
import { breaks, type World } from "./world.ts";

/** After so much has happened everything goes well, so that a world comes to its end. */
const CLEAR_AFTER = 4_000;
const HAPPENINGS_MOST = 40_000;
const DOWN_MS_MOST = 60_000;

/** What is left to decide is decided at once, whoever else looks at the run. */
function lookForForgotten(world: World, shell: Shell): void {
  const { moments, weather } = world;
  if (weather.refused > 0 || !shell.isUp() || moments.passed() - world.quietSince < QUIET_MS)
    return;
  for (const id of shell.runs()) {
    const run = shell.look(id);
    if (run?.unsettled === true && run.paused === null && run.phase !== "finished")
      breaks(world, "proceed", `${id} has something left to decide, and nobody goes on`);
  }
}

/** Longer than the slowest commit. */
const QUIET_MS = 10_000;

export type Stage = {
  readonly shell: Shell;
  readonly library: Library;
  readonly seed: number;
  readonly flaw: ForkFlaw | null;
};

/** Everything that happens in a world, one thing after another, until nothing more does. */
export function* live(
  world: World,
  { shell, library, seed, flaw }: Stage,
): Generator<void, readonly RunId[]> {
  const { chance, moments, weather } = world;
  const people = openPeople(world);
  const fork = openForks(world, shell, { chance: chance.apart("forks"), flaw });
  let isLookDue = false;
  const look = (): void => {
    if (isLookDue) return;
    isLookDue = true;
    moments.after(
      weather.meddle === 0 && weather.crash === 0 ? 1_000 : chance.between(0, 60_000),
      () => {
        isLookDue = false;
        lookForForgotten(world, shell);
        people.look();
      },
    );
  };
  world.crash = () => crash(world, shell);
  world.committed = () => {
    world.quietSince = moments.passed();
    look();
    unsettle(world, people);
    fork();
    if (!shell.isUp()) down(world, shell);
  };
  const runs = begin(world, { shell, library, seed });
  let happened = 0;
  for (;;) {
    if (!shell.isUp() && !world.isReopening) down(world, shell);
    const happens = moments.step();
    yield;
    if (happens) {
      if (++happened === CLEAR_AFTER) clear(weather);
      if (happened < HAPPENINGS_MOST) continue;
      breaks(world, "ends", `after ${HAPPENINGS_MOST} happenings the world has not come to rest`);
      break;
    }
    if (!lookAgain(people)) break;
  }
  return runs;
}

/** Somebody may leave for later what they could do now; but not for ever. */
function lookAgain(people: People): boolean {
  for (let times = 0; times < LOOKS_MOST; times++) if (people.look()) return true;
  return false;
}

const LOOKS_MOST = 30;

function begin(
  world: World,
  { shell, library, seed }: Pick<Stage, "shell" | "library" | "seed">,
): readonly RunId[] {
  const chance = chanceOf(`starts ${inventionOf(seed)}`);
  const runs: RunId[] = [];
  const count = chance.between(1, 3);
  for (let at = 0; at < count; at++) {
    const run = parseRunId(`wf_sim_${at}`);
    if (run === null) throw new Error("The simulation's run ids are none.");
    runs.push(run);
    start(world, shell, {
      run,
      definition: chance.one(library.mains),
      afterMs: chance.between(0, 30_000),
    });
  }
  return runs;
}

function start(
  world: World,
  shell: Shell,
  what: { run: RunId; definition: Digest; afterMs: number },
): void {
  const { run, definition } = what;
  world.moments.after(what.afterMs, () => {
    const params = DEFAULTS;
    shell.send(
      run,
      { type: "start", definition, params, parent: null, at: world.moments.now(), by: "ana" },
      `start ${run}`,
    );
    // Until it is known to be accepted it is asked for again.
    if (shell.stored(run).length === 0 || world.chance.is(world.weather.mischief)) {
      world.moments.after(5_000, () => {
        if (shell.stored(run).length === 0) start(world, shell, { ...what, afterMs: 0 });
      });
    }
  });
}

function crash(world: World, shell: Shell): void {
  if (!shell.isUp()) return;
  shell.crash();
  down(world, shell);
}

/** The process is gone; after a while there is another one. */
function down(world: World, shell: Shell): void {
  if (world.isReopening) return;
  world.isReopening = true;
  world.counts.crashes++;
  abandon(world);
  world.moments.after(world.chance.between(0, DOWN_MS_MOST), () => {
    world.isReopening = false;
    world.quietSince = world.moments.passed();
    shell.open();
  });
}

function unsettle(world: World, people: People): void {
  const { chance, weather, moments } = world;
  if (chance.is(weather.meddle)) moments.after(chance.between(0, 30_000), people.meddle);
  if (!chance.is(weather.jump)) return;
  world.counts.jumps++;
  moments.shift(chance.is(0.5) ? chance.between(0, 4_000_000) : -chance.between(0, 2_000));
}
