import { canonical } from "../../src/core/audit/index.ts";
import type { Workflow } from "../../src/core/definition/index.ts";
import { readWorkflow } from "../../src/core/definition/index.ts";
import { type Digest, parseRunId, type RunId } from "../../src/core/id.ts";
import { decide, type Event, evolve, owed, owedBy } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { audit } from "./audit.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { abandon, perform } from "./deed.ts";
import { invent, type Source, type Taste } from "./invent.ts";
import { openMachineShell } from "./machine-shell.ts";
import { openPeople, type People } from "./people.ts";
import type { Plant } from "./plants.ts";
import { heard, openRuntimeShell } from "./runtime-shell.ts";
import type { Fate, Machine, Shell, Surroundings } from "./shell.ts";
import { clear, stillness, type Weather, weatherOf } from "./weather.ts";
import { type Broken, breaks, type Counts, openWorld, type World } from "./world.ts";

export type Play = {
  readonly seed: number;
  readonly size: number;
  readonly only: string | null;
  /** The machine in the smallest shell, or the runtime that ships. */
  readonly shell?: "machine" | "runtime";
  /** A rule that is switched off. */
  readonly plant?: Plant;
  /** The process is gone at this commit, and at no other. */
  readonly crashAt?: number;
};

export type Played = {
  readonly broken: readonly Broken[];
  readonly counts: Counts;
  readonly events: number;
  readonly runs: number;
  /** How each run ended and what it gave, by its id; of those that were started from outside. */
  readonly ends: ReadonlyMap<RunId, string>;
  readonly log: (run: RunId) => readonly Event[];
};

const MACHINE: Machine = { decide, evolve, owed, owedBy };

/** So many seeds in a row have the same workflows in other weather: reading them is dear. */
const SEEDS_PER_INVENTION = 8;
/** After so much has happened everything goes well, so that a world comes to its end. */
const CLEAR_AFTER = 4_000;
const HAPPENINGS_MOST = 12_000;
const DOWN_MS_MOST = 60_000;

type Library = {
  readonly mains: readonly Digest[];
  readonly definitions: ReadonlyMap<Digest, Workflow>;
  readonly names: ReadonlyMap<string, Digest>;
};

/** One world from its beginning until every run has ended and everything was looked at. */
export function play(options: Play): Played {
  const playing = playOn(options);
  for (;;) {
    const next = playing.next();
    if (next.done === true) return next.value;
  }
}

/** The same with the runtime that ships, which needs the event loop to go on. */
export async function playRuntime(options: Play): Promise<Played> {
  const playing = playOn({ ...options, shell: "runtime" });
  for (;;) {
    const next = playing.next();
    if (next.done === true) return next.value;
    await heard();
  }
}

/** Stops after everything that happens. */
function* playOn(options: Play): Generator<void, Played> {
  const chance = chanceOf(`world ${options.seed}`);
  const weather =
    options.crashAt === undefined ? weatherOf(chance.apart("weather")) : stillness(true);
  const library = libraryOf(options, weather.isCalm);
  const world = openWorld({
    chance,
    weather,
    definitions: library.definitions,
    names: library.names,
  });
  const shell = openShell(world, options);
  const runs = yield* live(world, { shell, library, seed: options.seed });
  for (const broken of audit(world, shell)) world.broken.push(broken);
  const ends = endsOf(shell, runs);
  if (weather.isCalm && world.broken.length === 0)
    compare(world, ends, yield* undisturbed(options, library));
  return {
    ...{ broken: world.broken, counts: world.counts, ends, log: shell.stored },
    events: shell.runs().reduce((sum, run) => sum + shell.stored(run).length, 0),
    runs: shell.runs().length,
  };
}

const undisturbedEnds = new Map<string, ReadonlyMap<RunId, string>>();
const libraries = new Map<string, Library>();

function libraryOf({ seed, size, only }: Play, isCalm: boolean): Library {
  const from = Math.floor(seed / SEEDS_PER_INVENTION);
  const name = `${from} ${size} ${only ?? ""} ${isCalm}`;
  const known = libraries.get(name);
  if (known !== undefined) return known;
  if (libraries.size > 4) libraries.clear();
  const made = written(chanceOf(`workflows ${from}`), { size, isCalm, only });
  libraries.set(name, made);
  return made;
}

/** Workflows without a fault: what the reader refuses is written anew. */
function written(chance: Chance, taste: Taste): Library {
  for (let draft = 0; ; draft++) {
    const invention = invent(chance.apart(`draft ${draft}`), taste);
    const definitions = new Map<Digest, Workflow>();
    const names = new Map<string, Digest>();
    for (const source of [...invention.children, ...invention.mains]) {
      const workflow = readSource(source);
      if (workflow === null) break;
      definitions.set(workflow.digest, workflow);
      names.set(workflow.name, workflow.digest);
    }
    const mains = invention.mains.flatMap((main) => names.get(main.name) ?? []);
    if (mains.length === invention.mains.length) return { mains, definitions, names };
    if (draft > 20) throw new Error("Twenty drafts of workflows were all refused by the reader.");
  }
}

function readSource(source: Source): Workflow | null {
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  return readWorkflow({ file: `${source.name}.yaml`, text: source.text }, surroundings).workflow;
}

function openShell(world: World, options: Play): Shell {
  const surroundings: Surroundings = {
    ...{ moments: world.moments, names: world.names },
    definitions: planted(world.definitions, options.plant),
    perform: (asked) => perform(world, asked),
    disk: { weather: () => fateOf(world, options.crashAt ?? null) },
    committed: (runs) => committed(world, runs),
    broken: (promise, what) => breaks(world, promise, what),
  };
  const { plant } = options;
  const shell =
    options.shell === "runtime"
      ? openRuntimeShell(surroundings)
      : openMachineShell(surroundings, {
          machine: plant?.machine ?? MACHINE,
          flaw: plant?.flaw ?? null,
        });
  world.shell = shell;
  return shell;
}

function planted(
  definitions: ReadonlyMap<Digest, Workflow>,
  plant: Plant | undefined,
): ReadonlyMap<Digest, Workflow> {
  const change = plant?.definition;
  if (change === undefined) return definitions;
  return new Map([...definitions].map(([digest, workflow]) => [digest, change(workflow)]));
}

function fateOf(world: World, crashAt: number | null): Fate {
  const { chance, weather, counts } = world;
  counts.commits++;
  const slowMs = chance.is(weather.slow) ? chance.between(1, 2_000) : 0;
  if (crashAt !== null && Math.floor(crashAt / 2) === counts.commits) {
    return { kind: crashAt % 2 === 0 ? "crash before" : "crash after", slowMs };
  }
  if (chance.is(weather.crash))
    return { kind: chance.is(0.5) ? "crash before" : "crash after", slowMs };
  if (!chance.is(weather.refused)) return { kind: "kept", slowMs };
  counts.refusedCommits++;
  return { kind: "refused", slowMs };
}

/** Set per world: what follows when events are on disk. */
const watchers = new WeakMap<World, () => void>();

function committed(world: World, _runs: readonly RunId[]): void {
  quietSince.set(world, world.moments.passed());
  watchers.get(world)?.();
}

/** What is left to decide is decided at once, whoever else looks at the run. */
function lookForForgotten(world: World, shell: Shell): void {
  const { moments, weather } = world;
  const since = quietSince.get(world);
  if (
    since === undefined ||
    weather.refused > 0 ||
    !shell.isUp() ||
    moments.passed() - since < QUIET_MS
  )
    return;
  for (const id of shell.runs()) {
    const run = shell.look(id);
    if (run?.unsettled === true && run.paused === null && run.phase !== "finished")
      breaks(world, "proceed", `${id} has something left to decide, and nobody goes on`);
  }
}

/** Longer than the slowest commit. */
const QUIET_MS = 10_000;
/** The moment of the last commit or opening, per world. */
const quietSince = new WeakMap<World, number>();

type Stage = { readonly shell: Shell; readonly library: Library; readonly seed: number };

function* live(world: World, { shell, library, seed }: Stage): Generator<void, readonly RunId[]> {
  const { chance, moments, weather } = world;
  const people = openPeople(world);
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
  watchers.set(world, () => {
    look();
    unsettle(world, people);
    if (!shell.isUp()) down(world, shell);
  });
  const runs = begin(world, { shell, library, seed });
  let happened = 0;
  for (;;) {
    if (!shell.isUp() && !reopening.has(world)) down(world, shell);
    const happens = moments.step();
    yield;
    if (happens) {
      if (++happened === CLEAR_AFTER) clear(weather);
      if (happened < HAPPENINGS_MOST) continue;
      breaks(world, "ends", `after ${HAPPENINGS_MOST} happenings the world has not come to rest`);
      break;
    }
    if (!people.look()) break;
  }
  return runs;
}

function begin(world: World, { shell, library, seed }: Stage): readonly RunId[] {
  const chance = chanceOf(`starts ${Math.floor(seed / SEEDS_PER_INVENTION)}`);
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
    const params = { p: 7, names: ["x", "y", "z"] };
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

const reopening = new WeakSet<World>();

function crash(world: World, shell: Shell): void {
  if (!shell.isUp()) return;
  shell.crash();
  down(world, shell);
}

/** The process is gone; after a while there is another one. */
function down(world: World, shell: Shell): void {
  if (reopening.has(world)) return;
  reopening.add(world);
  world.counts.crashes++;
  abandon(world);
  world.moments.after(world.chance.between(0, DOWN_MS_MOST), () => {
    reopening.delete(world);
    quietSince.set(world, world.moments.passed());
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

function endsOf(shell: Shell, runs: readonly RunId[]): ReadonlyMap<RunId, string> {
  const ends = new Map<RunId, string>();
  for (const id of runs) {
    const last = shell.stored(id).findLast((event) => event.type === "run.finished");
    if (last?.type !== "run.finished") continue;
    const { outcome, outputs, error, degraded } = last;
    const value =
      outputs === undefined
        ? null
        : "value" in outputs
          ? outputs.value
          : shell.read(outputs.digest);
    ends.set(
      id,
      canonical({ outcome, value, error: error?.message ?? null, degraded: degraded ?? 0 }),
    );
  }
  return ends;
}

function* undisturbed(
  options: Play,
  library: Library,
): Generator<void, ReadonlyMap<RunId, string>> {
  const { seed, size, only } = options;
  const name = `${Math.floor(seed / SEEDS_PER_INVENTION)} ${size} ${only ?? ""}`;
  const known = undisturbedEnds.get(name);
  if (known !== undefined) return known;
  if (undisturbedEnds.size > 4) undisturbedEnds.clear();
  const weather: Weather = stillness(true);
  const world = openWorld({
    chance: chanceOf("still"),
    weather,
    definitions: library.definitions,
    names: library.names,
  });
  const shell = openShell(world, { seed, size, only });
  const ends = endsOf(shell, yield* live(world, { shell, library, seed }));
  undisturbedEnds.set(name, ends);
  return ends;
}

function compare(
  world: World,
  ends: ReadonlyMap<RunId, string>,
  wanted: ReadonlyMap<RunId, string>,
): void {
  for (const [run, end] of wanted) {
    if (ends.get(run) === end) continue;
    breaks(
      world,
      "same end",
      `${run} ended as ${ends.get(run) ?? "nothing"} and undisturbed as ${end}`,
    );
  }
}
