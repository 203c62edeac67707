import { canonical } from "../../src/core/audit/index.ts";
import type { Workflow } from "../../src/core/definition/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Event } from "../../src/core/machine/index.ts";
import { look, performAt, verifyAt } from "./at-shop.ts";
import { audit } from "./audit.ts";
import { approvalsOf, peopleOf, whyHalted } from "./board.ts";
import { chanceOf } from "./chance.ts";
import { perform } from "./deed.ts";
import { forget } from "./evolve.ts";
import { inventionOf, type Library, libraryOf } from "./library.ts";
import { live } from "./live.ts";
import { openMachineShell } from "./machine-shell.ts";
import { MACHINE } from "./planting.ts";
import type { Plant } from "./plants.ts";
import { governorOf, UNGOVERNED } from "./rates.ts";
import { recordsOf } from "./records.ts";
import { heard, openRuntimeShell } from "./runtime-shell.ts";
import type { Fate, Outside, Shell, Surroundings } from "./shell.ts";

import { judgeOf } from "./shop-map.ts";
import { stillness, type Weather, weatherOf } from "./weather.ts";
import { type Broken, breaks, type Counts, openWorld, type World } from "./world.ts";

export type Play = {
  readonly seed: number;
  readonly size: number;
  readonly only: string | null;
  /** The machine in the smallest shell, or the runtime that ships. */
  readonly shell?: "machine" | "runtime";
  /** A rule that is switched off. */
  readonly plant?: Plant | undefined;
  /** Nothing goes wrong, but the process is gone at half this commit: before it, or after it when odd. 0 is never. */
  readonly crashAt?: number;
};

export type Played = {
  readonly broken: readonly Broken[];
  readonly counts: Partial<Counts>;
  readonly events: number;
  readonly runs: number;
  /** How each run ended and what it gave, by its id; of those that were started from outside. */
  readonly ends: ReadonlyMap<RunId, string>;
  readonly log: (run: RunId) => readonly Event[];
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
  forget();
  const chance = chanceOf(`world ${options.seed}`);
  const weather =
    options.crashAt === undefined ? weatherOf(chance.apart("weather")) : stillness(true);
  Object.assign(weather, options.plant?.weather);
  const library = libraryOf(options.seed, { ...options, isCalm: weather.isCalm });
  const world = openWorld({
    chance,
    weather,
    definitions: library.definitions,
    names: library.names,
    versions: library.versions,
    governor: options.shell === "runtime" ? governorOf(options.seed, weather.isCalm) : UNGOVERNED,
  });
  const shell = openShell(world, options);
  const runs = yield* live(world, {
    shell,
    library,
    seed: options.seed,
    flaw: options.plant?.fork ?? null,
  });
  for (const broken of audit(world, shell)) world.broken.push(broken);
  const ends = endsOf(shell, runs);
  const forks = forksIn(shell);
  if (weather.isCalm && world.broken.length === 0)
    compare(
      world,
      {
        ends,
        forks: endsOf(shell, [...forks.keys()]),
        from: forks,
        records: recordsOf(world, shell),
      },
      yield* undisturbed(options, library),
    );
  return {
    broken: world.broken,
    counts: world.counts,
    ends,
    log: shell.stored,
    events: shell.runs().reduce((sum, run) => sum + shell.stored(run).length, 0),
    runs: shell.runs().length,
  };
}

/** How runs end, and what is written for them, where nothing goes wrong. */
type Undisturbed = {
  readonly ends: ReadonlyMap<RunId, string>;
  readonly records: ReadonlyMap<RunId, string>;
};

const undisturbedEnds = new Map<string, Undisturbed>();

function openShell(world: World, options: Play): Shell {
  const surroundings: Surroundings = {
    moments: world.moments,
    names: world.names,
    definitions: planted(world.definitions, options.plant),
    perform: (asked) => perform(world, asked),
    outside: outsideOf(world, options),
    disk: { weather: () => fateOf(world, options.crashAt ?? null) },
    accounts: accountsOf(world, options.seed),
    people: peopleOf(townOf(world, options.seed)),
    approvals: approvalsOf(townOf(world, options.seed)),
    governor: options.plant?.governor?.(world.governor) ?? world.governor,
    admitted: (most) => {
      world.inFlightMost = most;
    },
    runsPerTurn: chanceOf(`turns ${options.seed}`).is(0.5) ? 1 : 100,
    committed: () => world.committed(),
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

/** What was halted is judged at the moment of the signal, so that an auditor can say it again. */
function outsideOf(world: World, { seed }: Play): Outside {
  const { isCalm } = world.weather;
  world.halted = (at, tool) => whyHalted({ seed, isCalm }, at, tool);
  return {
    judge: (call, of) => judgeOf(({ tool }) => world.halted(of.at, tool))(call, of),
    look: (of, answer) => look(world, of, answer),
    perform: (call, answer) => performAt(world, call, answer),
    verify: (call, answer) => verifyAt(world, call, answer),
  };
}

function townOf({ weather, moments }: World, seed: number): Parameters<typeof peopleOf>[0] {
  return { seed, isCalm: weather.isCalm, now: () => moments.now() };
}

/** A company's budget that grows with every minute, so that whoever waits for it goes on at last. */
function accountsOf({ weather, moments }: World, seed: number): Surroundings["accounts"] {
  const chance = chanceOf(`accounts ${seed}`);
  if (weather.isCalm || chance.is(0.5)) return null;
  const first = chance.between(0, 400);
  const perMinute = chance.between(1, 40);
  const begin = moments.now();
  return (at) => first + Math.max(0, Math.floor((at - begin) / 60_000)) * perMinute;
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

function* undisturbed(options: Play, library: Library): Generator<void, Undisturbed> {
  const { seed, size, only } = options;
  const name = `${inventionOf(seed)} ${size} ${only ?? ""}`;
  const known = undisturbedEnds.get(name);
  if (known !== undefined) return known;
  if (undisturbedEnds.size > 4) undisturbedEnds.clear();
  const weather: Weather = stillness(true);
  const world = openWorld({
    chance: chanceOf("still"),
    weather,
    definitions: library.definitions,
    names: library.names,
    versions: library.versions,
    governor: UNGOVERNED,
  });
  const shell = openShell(world, { seed, size, only });
  const ends = endsOf(shell, yield* live(world, { shell, library, seed, flaw: null }));
  const still = { ends, records: recordsOf(world, shell) };
  undisturbedEnds.set(name, still);
  return still;
}

/** Which run each fork began as, through forks of forks. */
function forksIn(shell: Shell): ReadonlyMap<RunId, RunId> {
  const forks = new Map<RunId, RunId>();
  for (const run of shell.runs()) {
    const [, second] = shell.stored(run);
    if (second?.type === "run.forked") forks.set(run, second.source.run);
  }
  const rootOf = (run: RunId): RunId => {
    const source = forks.get(run);
    return source === undefined ? run : rootOf(source);
  };
  return new Map([...forks.keys()].map((run) => [run, rootOf(run)]));
}

type Compared = {
  readonly ends: ReadonlyMap<RunId, string>;
  readonly forks: ReadonlyMap<RunId, string>;
  readonly from: ReadonlyMap<RunId, RunId>;
  readonly records: ReadonlyMap<RunId, string>;
};

function compare(
  world: World,
  { ends, forks, from, records }: Compared,
  { ends: wanted, records: written }: Undisturbed,
): void {
  for (const run of ends.keys())
    if (records.get(run) !== written.get(run))
      breaks(
        world,
        "same records",
        `${run} wrote ${records.get(run) ?? "nothing"} and undisturbed ${written.get(run) ?? "nothing"}`,
      );
  for (const [run, source] of from) {
    const end = wanted.get(source);
    if (end !== undefined && forks.get(run) !== end)
      breaks(
        world,
        "same end",
        `the fork ${run} of ${source} ended as ${forks.get(run) ?? "nothing"} and undisturbed as ${end}`,
      );
  }
  for (const [run, end] of wanted) {
    if (ends.get(run) === end) continue;
    breaks(
      world,
      "same end",
      `${run} ended as ${ends.get(run) ?? "nothing"} and undisturbed as ${end}`,
    );
  }
}
