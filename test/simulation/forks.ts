import type { RunId } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import {
  absent,
  type Event,
  type Inheritance,
  pastOf,
  planFork,
} from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import type { Chance } from "./chance.ts";
import { remember } from "./evolve.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

/** Forks of one world. */
const FORKS_MOST = 3;

/** A rule of forking that is switched off. `source`: what its source had itself inherited, null where it is no fork. */
export type ForkFlaw = (
  inheritance: Inheritance,
  of: { readonly source: Inheritance | null; readonly retryFailed: boolean },
) => Inheritance;

/** Somebody forks some run at some position: now and then, after a commit. */
export function openForks(
  world: World,
  shell: Shell,
  { chance, flaw }: { readonly chance: Chance; readonly flaw: ForkFlaw | null },
): () => void {
  let forks = 0;
  return () => {
    if (forks >= FORKS_MOST || !chance.is(world.weather.fork) || !shell.isUp()) return;
    const runs = shell.runs().filter((run) => shell.stored(run).length > 2);
    if (runs.length === 0) return;
    forks++;
    const from = chance.one(runs);
    const run = `wf_fork_${forks}00` as RunId;
    world.moments.after(chance.between(0, 5_000), () =>
      fork(world, shell, { from, run, chance, flaw }),
    );
  };
}

type Forking = {
  readonly from: RunId;
  readonly run: RunId;
  readonly chance: Chance;
  readonly flaw: ForkFlaw | null;
};

function fork(world: World, shell: Shell, { from, run, chance, flaw }: Forking): void {
  const events = shell.stored(from);
  const [first] = events;
  const find = (digest: string) => world.definitions.get(digest as never) ?? null;
  const workflow = first?.type === "run.accepted" ? find(first.definition) : null;
  const ends = events.filter((event) => event.end === true);
  if (workflow === null || ends.length === 0) return;
  const { seq } = chance.one(ends);
  const read = shell.read;
  const past = pastOf(events, { from: absent(from, workflow, find), at: seq, read });
  if ("before" in past) return;
  const isSame = world.weather.isCalm || chance.is(0.6);
  const params = isSame ? past.run.params : { ...past.run.params, p: 8 };
  const retryFailed = !world.weather.isCalm && chance.is(0.5);
  const plan = planFork(past, { params, retryFailed, read });
  if ("code" in plan) return;
  const inherited = (): Inheritance | null => inheritanceIn(events, read);
  const inheritance =
    flaw === null ? plan.inheritance : flaw(plan.inheritance, { source: inherited(), retryFailed });
  remember(inheritance);
  world.counts.forked++;
  const source = { run: from, seq, hash: digestOf(`${from}.${seq}`) };
  shell.send(
    run,
    {
      type: "start",
      definition: past.run.workflow.digest,
      params,
      parent: null,
      from: { source, inheritance },
      at: world.moments.now(),
      by: "ana",
    },
    `fork ${run}`,
  );
}

/** What a run began with that is itself a fork. */
export function inheritanceIn(
  events: readonly Event[],
  read: Shell["read"],
): (Inheritance & Json) | null {
  const forked = events.find((event) => event.type === "run.forked");
  return forked?.type === "run.forked"
    ? (read(forked.state) as unknown as Inheritance & Json)
    : null;
}
