import type { RunId } from "../../src/core/id.ts";
import { type Run, type Signal, statusOf, stepsOf, waitsOf } from "../../src/core/machine/index.ts";
import { outputsOf } from "./agents.ts";
import { DEFAULTS } from "./taste.ts";
import { type Bare, tell } from "./telling.ts";
import type { World } from "./world.ts";

/** Somebody steers some run, at any moment, with more or less sense. */
export function meddle(world: World): void {
  const { chance, weather, shell } = world;
  const runs = shell?.runs() ?? [];
  if (runs.length === 0) return;
  const id = chance.one(runs);
  world.counts.meddled++;
  const how = chance.next();
  if (how < 0.3) return pause(world, id);
  if (how < 0.35) return tell(world, id, { type: "resume", by: "cy" });
  if (how < 0.4) return tell(world, id, { type: "proceed", by: "cy" });
  const run = shell?.look(id) ?? null;
  if (run === null) return;
  if (how > 0.9 && !weather.isCalm) return move(world, run);
  const told = how < 0.6 ? harmless(world, run) : weather.isCalm ? null : harmful(world, run);
  if (told !== null) tell(world, id, { ...told, by: "cy" });
}

function pause(world: World, id: RunId): void {
  tell(world, id, { type: "pause", why: "somebody wants to look", by: "cy" });
  world.moments.after(world.chance.between(0, 200_000), () =>
    tell(world, id, { type: "resume", by: "cy" }),
  );
}

/** To a version with a step more; it is paused for that, or should have been. */
function move(world: World, run: Run): void {
  const { chance } = world;
  const others = world.versions.get(run.workflow.digest) ?? [...world.versions.keys()];
  const definition = chance.one(others);
  if (chance.is(0.8)) pause(world, run.id);
  tell(world, run.id, { type: "move", definition, why: "a step more", by: "cy" });
}

type Steering = Bare<Signal>;

/** What changes nothing of how a run ends: taken and handed back, tried at once, with more places or fewer. */
function harmless({ chance }: World, run: Run): Steering | null {
  const path = aPath(chance, run);
  const how = chance.next();
  if (how < 0.35) return { type: "take", path, why: "let me see" };
  if (how < 0.5) return { type: "handback", path, why: "go on" };
  if (how < 0.6) return { type: "retry", path: backoffIn(run) ?? "first", why: "at once" };
  const concurrencyMost = chance.between(1, chance.is(0.7) ? 3 : 20);
  return { type: "amend", limits: { concurrencyMost }, why: "the machine is busy" };
}

/** What changes how a run ends. */
function harmful({ chance }: World, run: Run): Steering | null {
  const path = aPath(chance, run);
  const how = chance.next();
  if (how < 0.1) return { type: "skip", path, why: "not needed" };
  if (how < 0.2) {
    const value = chance.is(0.9) ? outputsOf(path, {}) : { n: "?" };
    return { type: "give", path, output: { value }, why: "done by hand" };
  }
  if (how < 0.5)
    return { type: "amend", params: { p: chance.between(0, 99) }, why: "another number" };
  if (how < 0.53) return { type: "amend", params: { ...DEFAULTS, unknown: 1 }, why: "" };
  if (how < 0.68)
    return { type: "amend", limits: { attemptsMost: chance.between(1, 4) }, why: "try less" };
  if (how < 0.72) {
    const totalTimeoutMs = chance.is(0.5) ? null : chance.between(60_000, 100_000_000);
    return { type: "amend", limits: { totalTimeoutMs }, why: "more time, or less" };
  }
  if (how < 0.85 && statusOf(run) === "completed") return rollback;
  return { type: "cancel", why: "not wanted", rollback: chance.is(0.5) };
}

const rollback = { type: "cancel", why: "it was wrong", rollback: true } as const;

/** Of something that waits or is in flight, of a step that may come, or of nothing at all. */
function aPath(chance: World["chance"], run: Run): string {
  const waits = waitsOf(run);
  if (waits.length > 0 && chance.is(0.7)) return chance.one(waits).path;
  const { path } = chance.one([...stepsOf(run.workflow.root)]);
  return path.replaceAll("[]", `[${chance.between(0, 3)}]`).replaceAll("{}", "{1}");
}

function backoffIn(run: Run): string | null {
  return waitsOf(run).find(({ what }) => what.kind === "backoff")?.path ?? null;
}
