import { emptyTable, type Frame, get } from "../../src/core/machine/index.ts";
import { breaks, type Deed, type World } from "./world.ts";

/** M1, M9: what is performed stands in the log, an `ask` with its `attempt.begun`. */
export function checkWritten(world: World, deed: Deed): void {
  const events = world.shell?.stored(deed.run) ?? [];
  const opening = events[deed.key - 1];
  const isOpen =
    opening?.type === "attempt.started" ||
    (opening?.type === "step.started" && opening.attempt !== undefined);
  if (!isOpen || opening.path !== deed.path)
    breaks(
      world,
      "M1",
      `${deed.run} ${deed.path} key ${deed.key} was performed before its event was in the log`,
    );
  const frame = get(world.shell?.look(deed.run)?.frames ?? emptyTable<string, Frame>(), deed.path);
  if (frame?.kind === "leaf" && frame.hold !== null)
    breaks(world, "held", `${deed.run} ${deed.path} is performed while a person has it in hand`);
  if (deed.effects !== "ask") return;
  if (!events.some((event) => event.type === "attempt.begun" && event.key === deed.key))
    breaks(
      world,
      "M9",
      `${deed.run} ${deed.path} key ${deed.key} is an ask and was performed without attempt.begun`,
    );
}

/** What is held at once: places of resources and agents, and the process's own. */
export function checkHeld(world: World, deed: Deed): void {
  checkCapacity(world, deed);
  checkInFlight(world, deed);
}

function checkCapacity(world: World, deed: Deed): void {
  for (const { resource, capacity } of deed.uses) {
    const holders = world.deeds.filter(
      (one) => one.isHeld && !one.isGivenUp && one.uses.some((use) => use.resource === resource),
    );
    if (holders.length > capacity)
      breaks(
        world,
        "capacity",
        `${holders.length} hold "${resource}" at once; ${capacity} may: ${holders.map((one) => `${one.run} ${one.path}`).join(", ")}`,
      );
  }
}

/** An `ask` may have been let in before the limit fell. */
function checkInFlight(world: World, deed: Deed): void {
  const most = world.inFlightMost;
  if (most === null || deed.effects === "ask") return;
  const held = world.deeds.filter((one) => one.isHeld && !one.isGivenUp).length;
  if (held > most)
    breaks(
      world,
      "in flight",
      `${deed.run} ${deed.path} is the ${held}th in flight; ${most} may be`,
    );
}
