import type { RunId } from "../../src/core/id.ts";
import type { EffectClass } from "../../src/core/machine/index.ts";
import type { Performing } from "../../src/engine/tools/index.ts";
import { keyOf } from "./shop.ts";
import { breaks, type World } from "./world.ts";

/** U1: what is performed at the shop was judged, and a write was started, on disk. */
export function checkBegun(
  world: World,
  call: Performing & { readonly run: RunId },
  effects: EffectClass,
): void {
  const events = world.shell?.stored(call.run) ?? [];
  const key = keyOf(call.key);
  const judged = events[key - 1];
  const what = `${call.run} ${call.tool} under ${key}`;
  if (judged?.type !== "tool.judged")
    return breaks(world, "U1", `${what} was performed before it was judged`);
  if (judged.tool !== call.tool) breaks(world, "U1", `${what} was judged as ${judged.tool}`);
  if (effects === "pure") return;
  if (!events.some((event) => event.type === "writeback.started" && event.key === key))
    breaks(world, "U1", `${what} was performed before writeback.started`);
}
