import type { Workflow } from "../../core/definition/index.ts";
import { type Experience, type Rehearsal, timelineOf } from "../../core/foresight/index.ts";
import { parseRunId, type RunId } from "../../core/id.ts";
import type { JsonObject } from "../../core/json.ts";
import { type Event, eventOf, waitsOf } from "../../core/machine/index.ts";
import {
  type Definitions,
  openEmbedded,
  type Performer,
  type Runtime,
  type VirtualClock,
  virtualClock,
} from "../runtime/index.ts";
import { type Log, openMemory } from "../store/index.ts";
import { openActors } from "./actors.ts";
import { sumOf } from "./used.ts";
import { openWorld } from "./world.ts";

/** Moments that a rehearsal may move on to; one that needs more does not end. */
const MOMENTS_MOST = 200_000;
const RUNS_MOST = 10_000;

export type Play = {
  readonly workflow: Workflow;
  readonly params: JsonObject;
  readonly definitions: Definitions;
  /** The company's own agents: who would do what, with how many places. Nothing of them is performed. */
  readonly staff: Pick<Performer, "ranked" | "terms">;
  /** What past runs of a workflow were like, by its name. */
  readonly past: (workflow: string) => Experience;
  /** A content of the real log. */
  readonly read: Runtime["read"];
  readonly now: number;
  /** Each time a number from 0 to 1; null: all goes as usual. */
  readonly chance: (() => number) | null;
};

type Scene = { readonly clock: VirtualClock; readonly log: Log; readonly runtime: Runtime };

/**
 * One run of a workflow as the real runtime performs it, with a log in memory, a clock that waits for
 * nobody, and agents that only take time. People decide for it, and events come.
 */
export async function rehearse(play: Play): Promise<Rehearsal> {
  const clock = virtualClock(play.now);
  const log = openMemory();
  const world = openWorld(play, clock, (run) => runtime.run(run));
  const { definitions } = play;
  const runtime = openEmbedded({ log, clock, definitions, performer: world.performer });
  await runtime.start();
  const starting = runtime.send(RUN, {
    type: "start",
    definition: play.workflow.digest,
    params: play.params,
    parent: null,
    at: clock.now(),
    by: "rehearsal",
  });
  await clock.settle();
  const started = await starting;
  if ("code" in started) throw new Error(started.message);
  const stuck = await playOn({ clock, log, runtime }, play);
  const rehearsal = rehearsed(log, stuck);
  const closing = runtime.close();
  await clock.advance(CLOSING_MS);
  await closing;
  await log.close();
  return rehearsal;
}

/** In a log of its own, where there is no other. */
const RUN: RunId = ((): RunId => {
  const run = parseRunId("wf_rehearsal");
  if (run === null) throw new Error("A rehearsal has no id.");
  return run;
})();
const CLOSING_MS = 60_000;

/** @returns what it waits for that will not come; null: it has ended */
async function playOn(scene: Scene, play: Play): Promise<string | null> {
  const actors = openActors(scene, play);
  for (let moments = 0; moments < MOMENTS_MOST; moments += 1) {
    await scene.clock.settle();
    const standing = scene.log.standing(RUN);
    if (standing !== null && standing.endedAt !== null) return null;
    for (const one of scene.log.standings({ most: RUNS_MOST }))
      if (one.endedAt === null) actors.look(one.stream as RunId);
    if (!(await scene.clock.toNext())) return whyOf(scene.runtime);
  }
  return `it has not ended after ${MOMENTS_MOST} moments`;
}

function whyOf(runtime: Runtime): string {
  const run = runtime.run(RUN);
  const [wait] = run === null ? [] : waitsOf(run);
  if (wait === undefined) return "nothing moves it on";
  return wait.what.kind === "exception"
    ? `"${wait.name}" waits for a person after an error`
    : `"${wait.name}" waits`;
}

function rehearsed(log: Log, stuck: string | null): Rehearsal {
  const events: Event[] = [];
  for (const envelope of log.read(RUN)) events.push(eventOf(envelope));
  const { usage, usageOf } = sumOf(events);
  return { timeline: timelineOf(events), usage, usageOf, stuck };
}
